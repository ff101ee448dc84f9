#include "providers/local/server/runtime_folder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

namespace dbplan::local {
namespace {

std::string variable(const char* name, const char* fallback) {
  const char* value = std::getenv(name);
  return value == nullptr ? fallback : value;
}

/// Where programs keep what belongs to their user.
std::filesystem::path user_data() {
  const std::string named = variable("XDG_DATA_HOME", "");
  return named.empty() ? std::filesystem::path(variable("HOME", "/")) / ".local/share"
                       : std::filesystem::path(named);
}

std::string java_program() {
  if (const std::string home = variable("JAVA_HOME", ""); !home.empty())
    if (std::filesystem::exists(home + "/bin/java")) return home + "/bin/java";
  return find_program("java");
}

/// One argument of a java argument file.
std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char letter : text) {
    if (letter == '\\' || letter == '"') result += '\\';
    if (letter == '\n')
      result += "\\n";
    else
      result += letter;
  }
  return result + "\"\n";
}

/// Only what Spark reads at all: a name with anything else in it could be another flag.
bool is_spark_name(const std::string& name) {
  return name.starts_with("spark.") && std::ranges::all_of(name, [](unsigned char letter) {
           return std::isalnum(letter) != 0 || letter == '.' || letter == '_' || letter == '-';
         });
}

}  // namespace

RuntimeFolder RuntimeFolder::find(const std::string& chosen) {
  if (!chosen.empty()) return RuntimeFolder(std::filesystem::absolute(chosen));
  if (const std::string named = variable("DBPLAN_RUNTIME", ""); !named.empty())
    return RuntimeFolder(std::filesystem::absolute(named));
  std::error_code unreadable;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", unreadable);
  RuntimeFolder folder(program.parent_path() / "runtime");
  const auto installer = program.parent_path().parent_path() / "share/dbplan/runtime/install";
  if (!std::filesystem::exists(installer, unreadable)) return folder;
  // A package brings the installer; what it makes is the user's.
  folder.path_ = user_data() / "dbplan/runtime";
  folder.installer_ = installer;
  return folder;
}

std::string RuntimeFolder::trouble() const {
  if (!std::filesystem::exists(path_ / "ready.json"))
    return fmt::format(
        "the notebook runtime is not installed in {}: run {}, or name its folder with --runtime or "
        "DBPLAN_RUNTIME",
        path_.string(),
        installer_.empty() ? "./dev install in a checkout of dbplan"
                           : installer_.string() + " " + path_.string());
  if (java_program().empty())
    return "there is no java on PATH: install Java 17 or later, then install the notebook runtime "
           "again";
  return {};
}

std::vector<std::string> RuntimeFolder::environment(const ClusterShape& shape) const {
  std::map<std::string, std::string> values = shape.environment;
  std::ifstream file(path_ / "env");
  for (std::string line; std::getline(file, line);)
    if (const auto equals = line.find('='); equals != std::string::npos)
      values[line.substr(0, equals)] = line.substr(equals + 1);
  values["PATH"] = variable("PATH", "/usr/bin:/bin");
  values["HOME"] = variable("HOME", "/");
  values["LANG"] = "C.UTF-8";
  values["TZ"] = "UTC";
  std::vector<std::string> result;
  for (const auto& [key, value] : values) result.push_back(key + "=" + value);
  return result;
}

Command RuntimeFolder::java(const std::filesystem::path& folder, const ClusterShape& shape) const {
  return {.arguments = {java_program(), "@" + (path_ / "java.args").string(), "@cluster.args",
                        "dbplan.Host"},
          .environment = environment(shape),
          .folder = folder,
          .error_file = folder / "jvm.log"};
}

Command RuntimeFolder::fork_server(const std::filesystem::path& folder,
                                   const ClusterShape& shape) const {
  return {.arguments = {(path_ / "venv/bin/python").string(), "-I",
                        (path_ / "python/fork_server.py").string()},
          .environment = environment(shape),
          .folder = folder,
          .error_file = folder / "python.log"};
}

std::string cluster_arguments(const ClusterShape& shape, const std::filesystem::path& folder,
                              const std::filesystem::path& workspace) {
  std::string text = quoted(fmt::format("-Xmx{}m", shape.heap_mb));
  const auto set = [&text](const std::string& name, const std::string& value) {
    text += quoted("-D" + name + "=" + value);
  };
  for (const auto& [name, value] : shape.spark_conf)
    if (is_spark_name(name)) set(name, value);
  set("spark.master", fmt::format("local[{}]", shape.cores));
  set("spark.app.name", shape.name.empty() ? shape.id : shape.name);
  set("spark.local.dir", (folder / "local").string());
  set("spark.sql.warehouse.dir", (folder / "warehouse").string());
  set("dbplan.tables", (workspace / "tables").string());
  return text;
}

}  // namespace dbplan::local

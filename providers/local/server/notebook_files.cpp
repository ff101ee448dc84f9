#include "providers/local/server/notebook_files.hpp"

#include <deque>
#include <fstream>
#include <sstream>

#include "engine/base/json.hpp"

namespace dbplan::local {
namespace {

constexpr std::size_t kLongestLine = 300;
constexpr std::size_t kLastLines = 3;  // a JVM that cannot start says why before its last line

Result<> write_file(const std::filesystem::path& file, const std::string& text) {
  std::error_code problem;
  std::filesystem::create_directories(file.parent_path(), problem);
  std::ofstream stream(file, std::ios::binary | std::ios::trunc);
  stream << text;
  stream.close();
  if (!stream) return fail(Error::Code::Unavailable, "cannot write " + file.string());
  return {};
}

}  // namespace

Result<> prepare_cluster(const std::filesystem::path& workspace,
                         const std::filesystem::path& folder, const std::string& arguments) {
  std::error_code problem;
  for (const char* name : {"files/dbfs", "files/Volumes", "tables/main", "tables/hive_metastore"})
    std::filesystem::create_directories(workspace / name, problem);
  // The logs of an earlier start would be taken for those of this one.
  for (const char* name : {"jvm.log", "python.log", "local"})
    std::filesystem::remove_all(folder / name, problem);
  std::filesystem::create_directories(folder / "local", problem);
  return write_file(folder / "cluster.args", arguments);
}

std::filesystem::path source_file(const std::filesystem::path& out, const NotebookRun& run) {
  if (run.format == "JUPYTER") return out / "notebook.ipynb";
  return out / (run.language == "SQL" ? "notebook.sql" : "notebook.py");
}

Result<> write_source(const std::filesystem::path& out, const NotebookRun& run) {
  return write_file(source_file(out, run), run.source);
}

std::optional<RunOutcome> read_result(const std::filesystem::path& out) {
  std::ifstream file(out / "result.json", std::ios::binary);
  if (!file) return std::nullopt;
  std::stringstream text;
  text << file.rdbuf();
  const auto result = parse_json(text.str());
  if (!result || text_at(*result, "state").empty()) return std::nullopt;
  RunOutcome outcome{.state = text_at(*result, "state"),
                     .error = text_at(*result, "error"),
                     .error_trace = text_at(*result, "error_trace"),
                     .started = int_at(*result, "started"),
                     .ended = int_at(*result, "ended")};
  if (const Json& value = at_or_null(*result, "exit_value"); value.is_string())
    outcome.exit_value = value.get<std::string>();
  return outcome;
}

std::string last_lines(const std::filesystem::path& file) {
  std::ifstream stream(file);
  std::deque<std::string> last;
  for (std::string line; std::getline(stream, line);) {
    // Closing brackets of a message over several lines tell nobody anything.
    if (line.find_first_not_of(" \t\r)}]") == std::string::npos) continue;
    last.push_back(line.substr(0, kLongestLine));
    if (last.size() > kLastLines) last.pop_front();
  }
  std::string text;
  for (const std::string& line : last) text += (text.empty() ? "" : " | ") + line;
  return text;
}

}  // namespace dbplan::local

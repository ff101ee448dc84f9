#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <ostream>

#include "engine/cli/commands.hpp"

namespace dbplan {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSpec =
    R"(# What this bundle is made of. Check it: dbplan validate. See what it would change: dbplan plan.
bundle:
  name: {name}

resources:
  jobs:
    hello:
      name: {name} hello (${bundle.target})
      tasks:
        - task_key: hello
          notebook_task:
            notebook_path: ./notebooks/hello.py
            base_parameters:
              name: world
          new_cluster:
            spark_version: 17.3.x-scala2.13
            node_type_id: i3.xlarge
            num_workers: 1

  # A schedule of its own row in the plan; paused until you say UNPAUSED.
  schedules:
    every_morning:
      job: hello
      quartz_cron_expression: 0 0 7 ? * MON-FRI
      timezone_id: UTC
      pause_status: PAUSED

# Chosen with --target; each is a deployment of its own.
targets:
  dev:
    default: true
  prod:
    resources:
      schedules:
        every_morning:
          pause_status: UNPAUSED
)";

constexpr std::string_view kNotebook = R"(# Databricks notebook source
dbutils.widgets.text("name", "world")

# COMMAND ----------

greeting = f"Hello, {dbutils.widgets.get('name')}: Spark counts to {spark.range(1000).count()}."
print(greeting)
)";

/// A bundle's name from a folder's: letters, digits, '_' and '-'.
std::string bundle_name(const fs::path& folder) {
  std::string name = fs::absolute(folder).lexically_normal().filename().string();
  if (name.empty())
    name = fs::absolute(folder).lexically_normal().parent_path().filename().string();
  for (char& c : name)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '_' && c != '-') c = '_';
  const bool begins_well = !name.empty() && std::isalpha(static_cast<unsigned char>(name[0]));
  return begins_well ? name : "my_" + name;
}

std::string filled(std::string text, const std::string& name) {
  for (std::size_t at = text.find("{name}"); at != std::string::npos; at = text.find("{name}", at))
    text.replace(at, 6, name);
  return text;
}

Result<> write_new(const fs::path& path, std::string_view text) {
  std::error_code problem;
  if (path.has_parent_path()) fs::create_directories(path.parent_path(), problem);
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file) return fail(Error::Code::Invalid, "cannot write " + path.string());
  return {};
}

Result<> init_command(Session& session, const std::string& folder) {
  const fs::path root(folder);
  const fs::path spec = root / "dbplan.yml", notebook = root / "notebooks" / "hello.py";
  for (const fs::path& taken : {root / "databricks.yml", spec, notebook})
    if (fs::exists(taken))
      return fail(Error::Code::Exists, taken.string() + " exists already; nothing was written");
  TRY_VOID(write_new(spec, filled(std::string(kSpec), bundle_name(root))));
  TRY_VOID(write_new(notebook, kNotebook));
  const std::string shown = folder == "." ? "" : " " + folder;
  *session.out << "Wrote " << spec.lexically_normal().string() << " and "
               << notebook.lexically_normal().string() << ".\nNext: dbplan validate" << shown
               << ", then dbplan plan" << shown
               << ".\nWithout an account: dbplan workspace start\n";
  return {};
}

}  // namespace

void add_init_command(CLI::App& app, Session& session) {
  auto folder = std::make_shared<std::string>(".");
  CLI::App* command = app.add_subcommand("init", "Write a small spec to start from");
  command->add_option("folder", *folder, "where to write it (default: here)");
  command->footer("Example:\n  dbplan init shop && dbplan validate shop");
  command->callback([&session, folder] {
    if (auto done = init_command(session, *folder); !done) report_error(session, done.error());
  });
}

}  // namespace dbplan

#include <CLI/CLI.hpp>
#include <iostream>

#include "tests/faults/matrix.hpp"
#include "tests/faults/mutants.hpp"
#include "tests/faults/walk.hpp"

namespace {

/// "first apply/12/killed after"; the later parts may be left out.
void choose(const std::string& only, dbplan::faults::MatrixOptions& options) {
  const std::size_t first = only.find('/');
  options.scenario = only.substr(0, first);
  if (first == std::string::npos) return;
  const std::size_t second = only.find('/', first + 1);
  const std::string index = only.substr(first + 1, second - first - 1);
  if (!index.empty()) options.index = std::stoul(index);
  if (second != std::string::npos) options.fault = only.substr(second + 1);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Cuts dbplan off at every request, and looks at what becomes of it.");
  dbplan::faults::MatrixOptions options{.project = DBPLAN_PROJECT, .scenario = {}};
  std::string only;
  app.add_option("--only", only, "scenario/request/fault, or the first parts of it");
  app.add_option("--jobs", options.workers, "processes")->capture_default_str();
  app.add_option("--show", options.most_told, "findings told per scenario")->capture_default_str();
  bool mutants = false;
  app.add_flag("--mutants", mutants, "break dbplan on purpose, and see that the matrix notices");
  dbplan::faults::WalkOptions walk{.seconds = 0};
  app.add_option("--walk", walk.seconds, "walk at random for so many seconds");
  app.add_option("--seed", walk.seed, "of the first walk")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  if (walk.seconds > 0) return dbplan::faults::run_walk(walk) == 0 ? 0 : 1;
  if (mutants) return dbplan::faults::run_mutants(options.project) == 0 ? 0 : 1;
  if (!only.empty()) choose(only, options);
  return dbplan::faults::run_matrix(options) == 0 ? 0 : 1;
}

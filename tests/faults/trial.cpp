#include "tests/faults/trial.hpp"

#include <algorithm>

namespace dbplan::faults {
namespace {

namespace fs = std::filesystem;

void copy_files(const fs::path& from, const fs::path& to) {
  fs::create_directories(to);
  fs::copy(from, to, fs::copy_options::recursive | fs::copy_options::overwrite_existing);
}

std::string told(const std::vector<std::string>& arguments, const Ended& ended) {
  std::string line = "dbplan";
  for (const std::string& argument : arguments) line += " " + argument;
  return line + ": exit " + std::to_string(ended.exit_code) + " " + ended.trouble + "\n" +
         ended.out + ended.err;
}

/// What dbplan keeps for itself in every deployment.
void lose_state(World& world) {
  std::vector<std::string> folders;
  for (const auto& [path, content] : picture_of(world.store()).objects)
    if (path.ends_with("/state") && content.starts_with("DIRECTORY")) folders.push_back(path);
  for (const std::string& folder : folders)
    world.post("/api/2.0/workspace/delete", {{"path", folder}, {"recursive", true}});
}

}  // namespace

std::string_view later_name(Later later) {
  switch (later) {
    case Later::SameCheckout:
      return "same checkout";
    case Later::FreshCheckout:
      return "fresh checkout";
    case Later::LedgerLost:
      return "ledger lost";
  }
  return {};
}

Trial::Trial(Scenario scenario, const fs::path& project, const fs::path& scratch, SharedTime& time)
    : scenario_(std::move(scenario)), scratch_(scratch), time_(time) {
  for (const char* checkout : {"here", "elsewhere"})
    for (const std::string& folder : scenario_.folders)
      copy_files(project / folder, scratch_ / checkout / fs::path(folder).filename());
  for (const char* checkout : {"here", "elsewhere"})
    fs::create_directories(scratch_ / checkout / ".git");  // so it is the root of the project
  World world(time_, nullptr);
  const auto expect = [&](const std::vector<std::string>& arguments) {
    const Ended ended = play(world, time_, {command(arguments, Later::SameCheckout)}).clients[0];
    if (ended.exit_code != 0) trouble_.push_back(told(arguments, ended));
  };
  for (const auto& arguments : scenario_.before) expect(arguments);
  start_ = world.snapshot();
  World clean(time_, &start_);
  Performance undisturbed = play(clean, time_, cut());
  for (const Ended& ended : undisturbed.clients)
    if (ended.exit_code != 0) trouble_.push_back(told(scenario_.cut[0], ended));
  requests_ = std::move(undisturbed.requests);
  wanted_ = picture_of(clean.store());
  Findings findings;
  finish(clean, Later::SameCheckout, nullptr, findings);
  for (const std::string& text : findings.texts) trouble_.push_back("undisturbed: " + text);
}

CommandLine Trial::command(const std::vector<std::string>& arguments, Later later,
                           const Mutant* mutant) const {
  const bool here = later == Later::SameCheckout;
  CommandLine line{.arguments = arguments,
                   .folder = scratch_ / (here ? "here" : "elsewhere"),
                   .machine = here ? "here" : "elsewhere",
                   .environment = {{"DATABRICKS_HOST", "https://workspace.example.com"},
                                   {"DATABRICKS_TOKEN", World::kToken},
                                   {"HOME", scratch_},
                                   {"NO_COLOR", "1"}},
                   .mutant = mutant};
  // One request after the other: the same requests every time.
  line.arguments.insert(line.arguments.end(), {"--parallelism", "1"});
  return line;
}

std::vector<CommandLine> Trial::cut(const Mutant* mutant) const {
  std::vector<CommandLine> lines;
  for (const auto& arguments : scenario_.cut)
    lines.push_back(command(arguments, Later::SameCheckout, mutant));
  return lines;
}

std::map<Later, Findings> Trial::run(std::size_t index, const Fault& fault,
                                     const Mutant* mutant) const {
  World world(time_, &start_);
  Strike strike{.fault = &fault, .index = index};
  strike.reads_before =
      std::count_if(requests_.begin(), requests_.begin() + static_cast<std::ptrdiff_t>(index) - 1,
                    [](const std::string& request) { return request.starts_with("GET "); });
  const Performance cut_off = play(world, time_, cut(mutant), strike);
  const Snapshot left = world.snapshot();
  std::map<Later, Findings> all;
  for (const Later later : kLaters) {
    Findings& findings = all[later];
    for (const Ended& ended : cut_off.clients)
      if (!ended.trouble.empty()) findings.texts.push_back(ended.trouble);
    World then(time_, &left);
    if (later == Later::LedgerLost) lose_state(then);
    finish(then, later, mutant, findings);
  }
  return all;
}

/// Does the work again, undisturbed, and looks at what there is.
void Trial::finish(World& world, Later later, const Mutant* mutant, Findings& findings) const {
  const auto run = [&](const std::vector<std::string>& arguments) {
    const Ended ended = play(world, time_, {command(arguments, later, mutant)}).clients[0];
    if (ended.exit_code != 0) findings.texts.push_back(told(arguments, ended));
  };
  if (scenario_.again.empty()) run(scenario_.cut[0]);
  for (const auto& arguments : scenario_.again) run(arguments);
  const Findings differences = compare(wanted_, picture_of(world.store()));
  findings.duplicates = differences.duplicates;
  findings.orphans = differences.orphans;
  findings.lost = differences.lost;
  findings.texts.insert(findings.texts.end(), differences.texts.begin(), differences.texts.end());
  auto plan = scenario_.plan;
  plan.emplace_back("--exit-code");
  run(plan);
}

}  // namespace dbplan::faults

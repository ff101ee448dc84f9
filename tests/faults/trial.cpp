#include "tests/faults/trial.hpp"

#include <unistd.h>

#include <algorithm>

namespace dbplan::faults {
namespace {

namespace fs = std::filesystem;

void copy_files(const fs::path& from, const fs::path& to) {
  fs::create_directories(to);
  fs::copy(from, to, fs::copy_options::recursive | fs::copy_options::overwrite_existing);
}

std::string told(const Arguments& arguments, const Ended& ended) {
  std::string line = "dbplan";
  for (const std::string& argument : arguments) line += " " + argument;
  return line + ": exit " + std::to_string(ended.exit_code) + " " + ended.trouble + "\n" +
         ended.out + ended.err;
}

constexpr int kHasChanges = 2;  // of plan --exit-code

Arguments with(Arguments arguments, const std::string& flag) {
  arguments.push_back(flag);
  return arguments;
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
  const Place here{.folder = scratch_ / "checkout"};
  fs::create_directories(here.folder / ".git");  // so it is the root of the project
  for (const std::string& folder : scenario_.folders)
    copy_files(project / folder, here.folder / fs::path(folder).filename());
  World world(time_, nullptr);
  for (const Foreign& other : scenario_.others) world.post(other.path, other.body);
  Findings before;
  for (const Arguments& arguments : scenario_.before) expect(world, arguments, here, before);
  trouble_ = before.texts;
  start_ = world.snapshot();
  const Place clean_place{.folder = scratch_ / "clean"};
  copy_files(here.folder, clean_place.folder);
  World clean(time_, &start_);
  Performance undisturbed = play(clean, time_, cut(clean_place));
  for (const Ended& ended : undisturbed.clients)
    if (ended.exit_code != 0) trouble_.push_back(told(scenario_.cut[0], ended));
  requests_ = std::move(undisturbed.requests);
  done_ = picture_of(clean.store());
  const Snapshot left = clean.snapshot();
  Findings ignored;
  World finished(time_, &left);
  if (!scenario_.again.empty()) work_again(finished, clean_place, ignored);
  wanted_ = picture_of(finished.store());
  World forgetful(time_, &start_);
  lose_state(forgetful);
  const Place forgetful_place{.folder = scratch_ / "forgetful"};
  copy_files(here.folder, forgetful_place.folder);
  work_again(forgetful, forgetful_place, ignored);
  forgotten_ = picture_of(forgetful.store());
  for (const auto& [later, findings] : finish_all(left, clean_place))
    for (const std::string& text : findings.texts)
      trouble_.push_back("undisturbed, then " + std::string(later_name(later)) + ": " + text);
}

CommandLine Trial::command(const Arguments& arguments, const Place& place) const {
  CommandLine line{.arguments = arguments,
                   .folder = place.folder,
                   .machine = place.machine,
                   .environment = {{"DATABRICKS_HOST", "https://workspace.example.com"},
                                   {"DATABRICKS_TOKEN", World::kToken},
                                   {"HOME", scratch_},
                                   {"NO_COLOR", "1"},
                                   {"USER_NAME", "somebody"},
                                   {"PASSWORD", "one secret"},
                                   {"OTHER_PASSWORD", "another secret"}},
                   .mutant = place.mutant};
  // One request after the other: the same requests every time.
  line.arguments.insert(line.arguments.end(), {"--parallelism", "1"});
  return line;
}

std::vector<CommandLine> Trial::cut(const Place& place) const {
  std::vector<CommandLine> lines;
  for (const Arguments& arguments : scenario_.cut) lines.push_back(command(arguments, place));
  return lines;
}

void Trial::expect(World& world, const Arguments& arguments, const Place& place, Findings& findings,
                   int exit_code) const {
  const Ended ended = play(world, time_, {command(arguments, place)}).clients[0];
  if (ended.exit_code != exit_code) findings.texts.push_back(told(arguments, ended));
}

Trial::Outcome Trial::run(std::size_t index, const Fault& fault, const Mutant* mutant) const {
  const fs::path own = scratch_ / std::to_string(getpid());
  Place place{.folder = scenario_.writes_files ? own / "cut" : scratch_ / "checkout",
              .mutant = mutant};
  if (scenario_.writes_files) copy_files(scratch_ / "checkout", place.folder);
  Strike strike{.fault = &fault, .index = index};
  strike.reads_before =
      std::count_if(requests_.begin(), requests_.begin() + static_cast<std::ptrdiff_t>(index) - 1,
                    [](const std::string& request) { return request.starts_with("GET "); });
  World world(time_, &start_);
  const Performance cut_off = play(world, time_, cut(place), strike);
  Outcome outcome;
  for (const Ended& ended : cut_off.clients)
    if (!ended.trouble.empty()) outcome.crashes.push_back(ended.trouble);
  const bool went_well = std::ranges::all_of(cut_off.clients, [](const Ended& ended) {
    return ended.exit_code == 0 && ended.trouble.empty();
  });
  const Findings now = compare(done_, picture_of(world.store()));
  // What comes after this state is known from the undisturbed run; files may hold more.
  outcome.at_once = went_well && now.none() && !scenario_.writes_files;
  if (fault.harmless && !went_well)
    outcome.crashes.push_back("it did not cope by itself: " +
                              told(scenario_.cut[0], cut_off.clients[0]));
  if (went_well && !scenario_.unwinnable && now.duplicates + now.orphans + now.lost > 0)
    outcome.crashes.push_back("it said that all went well, but: " + now.texts.front());
  if (!outcome.at_once) outcome.later = finish_all(world.snapshot(), place, strike);
  std::error_code ignored;
  fs::remove_all(own, ignored);
  return outcome;
}

/// Goes on in every way from the same moment.
std::map<Later, Findings> Trial::finish_all(const Snapshot& left, const Place& place,
                                            const std::optional<Strike>& strike) const {
  std::map<Later, Findings> all;
  for (const Later later : kLaters) {
    // Runs that are on their way are in no snapshot: then it is cut off once more.
    const bool anew = scenario_.runs_jobs && strike;
    World then(time_, anew ? &start_ : &left);
    if (anew) play(then, time_, cut(place), strike);
    Place there = place;
    if (later != Later::SameCheckout) there.machine = "elsewhere";
    if (later == Later::LedgerLost) lose_state(then);
    if (scenario_.writes_files) {
      there.folder = place.folder.parent_path() / later_name(later);
      copy_files(place.folder, there.folder);
    } else if (later != Later::SameCheckout) {
      there.folder = scratch_ / "clean";
    }
    finish(then, there, later, all[later]);
  }
  return all;
}

void Trial::work_again(World& world, const Place& place, Findings& findings) const {
  const bool goes_on =
      !scenario_.again.empty() &&
      (scenario_.unless_written.empty() || fs::exists(place.folder / scenario_.unless_written));
  for (const Arguments& arguments :
       goes_on ? scenario_.again : std::vector<Arguments>{scenario_.cut[0]})
    expect(world, arguments, place, findings);
}

/// Does the work again, undisturbed, and looks at what there is.
void Trial::finish(World& world, const Place& place, Later later, Findings& findings) const {
  if (scenario_.unwinnable && compare(wanted_, picture_of(world.store())).duplicates > 0)
    expect(world, with(scenario_.plan, "--exit-code"), place, findings, kHasChanges);
  work_again(world, place, findings);
  const Findings differences = compare(wanted_, picture_of(world.store()),
                                       later == Later::LedgerLost ? forgotten_ : Picture{});
  findings.duplicates = differences.duplicates;
  findings.orphans = differences.orphans;
  findings.lost = differences.lost;
  findings.left = differences.left;
  findings.texts.insert(findings.texts.end(), differences.texts.begin(), differences.texts.end());
  expect(world, with(scenario_.plan, "--exit-code"), place, findings);
}

}  // namespace dbplan::faults

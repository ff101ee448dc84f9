#include "tests/faults/mutants.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>

#include "tests/faults/broken_provider.hpp"
#include "tests/faults/trial.hpp"

namespace dbplan::faults {
namespace {

namespace fs = std::filesystem;

/// A mutant, the row of the matrix that must fail with it, and how.
struct Check {
  Mutant mutant;
  std::string scenario;
  std::string_view fault;
  const char* harm;
  int Findings::* count;  // null: the run itself must not cope
};

Mutant broken(const std::string& name, Break what) {
  return {.name = name, .wrap = [what](std::unique_ptr<Provider> whole) {
            return make_broken_provider(what, std::move(whole));
          }};
}

std::vector<Check> all_checks() {
  return {{broken("creates bear no stamp", Break::Stamp), "first apply", "killed after",
           "a duplicate", &Findings::duplicates},
          {broken("a create is repeated without a look", Break::LookUp), "first apply",
           "answer lost", "a duplicate", &Findings::duplicates},
          {broken("the lock announces no creates", Break::Intent), "change taken back",
           "killed after", "an orphan", &Findings::orphans},
          {{.name = "the lease is not renewed", .renews = false},
           "two applies at once",
           "429 for 90 s",
           "an apply that stops",
           nullptr}};
}

bool does_harm(const Trial::Outcome& outcome, const Check& check) {
  if (!check.count) return !outcome.crashes.empty();
  return std::ranges::any_of(outcome.later,
                             [&](const auto& entry) { return entry.second.*check.count > 0; });
}

/// The first request at which the row fails; 0: it does not.
std::size_t first_failure(const Trial& trial, const Check& check) {
  const Fault& fault = *find_fault(check.fault);
  for (std::size_t index = 1; index <= trial.requests().size(); ++index)
    if (does_harm(trial.run(index, fault, &check.mutant), check)) return index;
  return 0;
}

}  // namespace

int run_mutants(const fs::path& project) {
  const fs::path scratch =
      fs::temp_directory_path() / ("dbplan-mutants-" + std::to_string(getpid()));
  SharedTime time;
  int missed = 0, number = 0;
  constexpr const char* kLine = "{:<38} {:<40} {}\n";
  std::cout << fmt::format(kLine, "broken on purpose", "row of the matrix", "fails");
  for (const Check& check : all_checks()) {
    const auto scenarios = all_scenarios();
    const auto scenario = std::ranges::find(scenarios, check.scenario, &Scenario::name);
    const Trial trial(*scenario, project, scratch / std::to_string(++number), time);
    const std::size_t index = first_failure(trial, check);
    if (index == 0) ++missed;
    std::cout << fmt::format(kLine, check.mutant.name,
                             fmt::format("{} x {}", check.scenario, check.fault),
                             index == 0 ? "NOT NOTICED"
                                        : fmt::format("{}, at request {} ({})", check.harm, index,
                                                      trial.requests()[index - 1]));
  }
  std::error_code ignored;
  fs::remove_all(scratch, ignored);
  return missed;
}

}  // namespace dbplan::faults

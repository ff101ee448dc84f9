#include "tests/faults/walk.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <random>

#include "tests/faults/picture.hpp"
#include "tests/faults/stage.hpp"
#include "tests/faults/walk_model.hpp"

namespace dbplan::faults {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSteps = 30;         // of one walk
constexpr std::size_t kMostEdits = 4;      // of one step
constexpr std::size_t kMostRequests = 45;  // a fault strikes one of so many
constexpr int kMostTries = 400;            // to shrink a script

struct Step {
  std::vector<Edit> edits;
  const Fault* fault = nullptr;  // of the apply that follows; null: none
  std::size_t index = 1;
  bool forget = false;  // before it, dbplan's own state is lost, and an apply finds all again
};
using Script = std::vector<Step>;

Script random_script(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto below = [&](std::size_t limit) { return static_cast<std::size_t>(random() % limit); };
  std::vector<const Fault*> faults;
  for (const auto& table : {all_faults(), unwinnable_faults()})
    for (const Fault& fault : table) faults.push_back(&fault);
  Script script(kSteps);
  for (Step& step : script) {
    for (std::size_t i = below(kMostEdits + 1); i > 0; --i)
      step.edits.push_back(
          {.what = static_cast<Edit::What>(below(static_cast<std::size_t>(Edit::What::Last) + 1)),
           .key = static_cast<int>(below(kKeys)),
           .value = static_cast<int>(below(kValues))});
    if (below(4) != 0) step.fault = faults[below(faults.size())];
    step.index = 1 + below(kMostRequests);
    step.forget = below(12) == 0;
  }
  return script;
}

std::string text_of(const Script& script) {
  std::string text;
  for (const Step& step : script) {
    text += step.forget ? "  - state lost, applied;" : "  -";
    for (const Edit& edit : step.edits) text += " " + faults::text_of(edit) + ";";
    text += step.fault
                ? fmt::format(" apply with \"{}\" at request {}\n", step.fault->name, step.index)
                : std::string(" apply\n");
  }
  return text;
}

class Walk {
 public:
  explicit Walk(SharedTime& time)
      : time_(time),
        folder_(fs::temp_directory_path() / ("dbplan-walk-" + std::to_string(getpid()))) {
    fs::create_directories(folder_ / ".git");
    for (int i = 0; i < kValues; ++i)
      std::ofstream(folder_ / fmt::format("text{}.py", i))
          << fmt::format("# Databricks notebook source\nprint({})\n", i);
  }
  ~Walk() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }

  std::size_t steps() const { return steps_; }

  /// What is wrong after one of the steps; empty: nothing.
  std::string play(const Script& script) {
    World world(time_, nullptr);
    WalkModel model;
    for (const Step& step : script) {
      ++steps_;
      if (step.forget) {
        lose_state(world);
        if (std::string wrong = settle(world, model); !wrong.empty()) return wrong;
      }
      for (const Edit& edit : step.edits) model.apply(edit, world, time_);
      std::ofstream(folder_ / "dbplan.yml") << model.yaml();
      if (step.fault) cut_off(world, step);
      if (std::string wrong = settle(world, model); !wrong.empty()) return wrong;
    }
    return {};
  }

 private:
  CommandLine command(const std::vector<std::string>& arguments) const {
    CommandLine line{.arguments = arguments,
                     .folder = folder_,
                     .environment = {{"DATABRICKS_HOST", "https://workspace.example.com"},
                                     {"DATABRICKS_TOKEN", World::kToken},
                                     {"HOME", folder_},
                                     {"NO_COLOR", "1"}}};
    line.arguments.insert(line.arguments.end(), {"--parallelism", "1"});
    return line;
  }

  void cut_off(World& world, const Step& step) {
    faults::play(world, time_, {command({"apply", ".", "--auto-approve"})},
                 Strike{.fault = step.fault,
                        .index = step.index,
                        .reads_before = static_cast<std::int64_t>(step.index / 2)});
  }

  /// One undisturbed apply, and what is left to say after it.
  std::string settle(World& world, const WalkModel& model) {
    std::ofstream(folder_ / "dbplan.yml") << model.yaml();
    for (const auto& arguments : {std::vector<std::string>{"apply", ".", "--auto-approve"},
                                  std::vector<std::string>{"plan", ".", "--exit-code"}}) {
      const Ended ended = faults::play(world, time_, {command(arguments)}).clients[0];
      if (ended.exit_code != 0)
        return fmt::format("{}: exit {} {}\n{}{}", arguments[0], ended.exit_code, ended.trouble,
                           ended.out, ended.err);
    }
    const Picture picture = picture_of(world.store());
    for (const auto& [label, count] : model.expected())
      if (static_cast<int>(picture.objects.count(label)) != count)
        return fmt::format("{} of \"{}\", not {}", picture.objects.count(label), label, count);
    return picture.locks.empty() ? "" : "a lock is left";
  }

  SharedTime& time_;
  fs::path folder_;
  std::size_t steps_ = 0;
};

/// Leaves out whatever the failure does not need.
Script shrunk(Walk& walk, Script script) {
  int tries = 0;
  const auto still_fails = [&](const Script& smaller) {
    return ++tries < kMostTries && !walk.play(smaller).empty();
  };
  for (std::size_t part = script.size() / 2; part >= 1; part /= 2)
    for (std::size_t at = 0; at + part <= script.size();) {
      Script smaller = script;
      const auto from = smaller.begin() + static_cast<std::ptrdiff_t>(at);
      smaller.erase(from, from + static_cast<std::ptrdiff_t>(part));
      if (still_fails(smaller))
        script = smaller;
      else
        at += part;
    }
  for (std::size_t i = 0; i < script.size(); ++i) {
    for (std::size_t edit = 0; edit < script[i].edits.size();) {
      Script smaller = script;
      smaller[i].edits.erase(smaller[i].edits.begin() + static_cast<std::ptrdiff_t>(edit));
      if (still_fails(smaller))
        script = smaller;
      else
        ++edit;
    }
    Script smaller = script;
    smaller[i].fault = nullptr;
    if (still_fails(smaller)) script = smaller;
    smaller = script;
    smaller[i].forget = false;
    if (still_fails(smaller)) script = smaller;
  }
  return script;
}

}  // namespace

int run_walk(const WalkOptions& options) {
  SharedTime time;
  Walk walk(time);
  int failures = 0;
  std::uint64_t seed = options.seed;
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(options.seconds);
  for (; std::chrono::steady_clock::now() < end && failures < 3; ++seed) {
    const Script script = random_script(seed);
    if (walk.play(script).empty()) continue;
    ++failures;
    const Script small = shrunk(walk, script);
    std::cout << fmt::format("seed {}: {}\n{}\n", seed, walk.play(small), text_of(small))
              << std::flush;
  }
  std::cout << fmt::format("random walk: seeds {} to {}, {} steps, {} failures\n", options.seed,
                           seed - 1, walk.steps(), failures);
  return failures;
}

}  // namespace dbplan::faults

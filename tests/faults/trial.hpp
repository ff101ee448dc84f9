#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "tests/faults/picture.hpp"
#include "tests/faults/scenario.hpp"
#include "tests/faults/stage.hpp"

namespace dbplan::faults {

/// From where, and with what, the work is finished after it was cut off.
enum class Later {
  SameCheckout,   // the same machine and files
  FreshCheckout,  // another machine that has the same files
  LedgerLost      // the same, and what dbplan remembers in the workspace is gone, too
};
constexpr Later kLaters[] = {Later::SameCheckout, Later::FreshCheckout, Later::LedgerLost};
std::string_view later_name(Later later);

/// One scenario: how it goes undisturbed, and what becomes of it when a request goes wrong.
class Trial {
 public:
  /// `project` holds the scenario's files; copies of them are made below `scratch`.
  Trial(Scenario scenario, const std::filesystem::path& project,
        const std::filesystem::path& scratch, SharedTime& time);

  /// Not empty: the scenario does not even go well undisturbed.
  const std::vector<std::string>& trouble() const { return trouble_; }
  const std::string& name() const { return scenario_.name; }
  const std::vector<std::string>& requests() const { return requests_; }
  std::span<const Fault> faults() const {
    return scenario_.unwinnable ? unwinnable_faults() : all_faults();
  }

  /// What becomes of it when `fault` strikes one request.
  struct Outcome {
    /// The run coped by itself: it left what the undisturbed one leaves, and whatever comes after
    /// that is known already.
    bool at_once = false;
    std::vector<std::string> crashes;  // what is wrong with the run itself
    std::map<Later, Findings> later;   // what is wrong in the end; empty: at_once
  };
  /// `index` counts from 1.
  Outcome run(std::size_t index, const Fault& fault, const Mutant* mutant = nullptr) const;

 private:
  /// Where the commands of one case are called: files that they write are the case's own.
  struct Place {
    std::filesystem::path folder;
    std::string machine = "here";
    const Mutant* mutant = nullptr;
  };
  void expect(World& world, const Arguments& arguments, const Place& place, Findings& findings,
              int exit_code = 0) const;
  CommandLine command(const Arguments& arguments, const Place& place) const;
  std::vector<CommandLine> cut(const Place& place) const;
  std::map<Later, Findings> finish_all(const Snapshot& left, const Place& place,
                                       const std::optional<Strike>& strike = {}) const;
  void work_again(World& world, const Place& place, Findings& findings) const;
  void finish(World& world, const Place& place, Later later, Findings& findings) const;

  Scenario scenario_;
  std::filesystem::path scratch_;
  SharedTime& time_;
  Snapshot start_;
  Picture done_;       // what the undisturbed run leaves
  Picture wanted_;     // the same after what a user does afterwards
  Picture forgotten_;  // what the same leaves when the ledger is lost before it
  std::vector<std::string> requests_;
  std::vector<std::string> trouble_;
};

}  // namespace dbplan::faults

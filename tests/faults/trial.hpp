#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/faults/picture.hpp"
#include "tests/faults/scenario.hpp"

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

  /// What is wrong in the end when `fault` strikes request `index` (from 1), for each Later.
  std::map<Later, Findings> run(std::size_t index, const Fault& fault,
                                const Mutant* mutant = nullptr) const;

 private:
  CommandLine command(const std::vector<std::string>& arguments, Later later,
                      const Mutant* mutant = nullptr) const;
  std::vector<CommandLine> cut(const Mutant* mutant = nullptr) const;
  void finish(World& world, Later later, const Mutant* mutant, Findings& findings) const;

  Scenario scenario_;
  std::filesystem::path scratch_;
  SharedTime& time_;
  Snapshot start_;
  Picture wanted_;
  std::vector<std::string> requests_;
  std::vector<std::string> trouble_;
};

}  // namespace dbplan::faults

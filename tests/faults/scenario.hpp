#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tests/faults/stage.hpp"

namespace dbplan::faults {

/// What is cut into, and how it is finished afterwards. Folders are named from the checkout.
struct Scenario {
  std::string name;
  std::vector<std::string> folders;              // of the project, copied into the checkouts
  std::vector<std::vector<std::string>> before;  // command lines that make the start
  std::vector<std::vector<std::string>> cut;     // what is cut into; several run at once
  std::vector<std::vector<std::string>> again;   // what a user does afterwards; empty: cut[0]
  std::vector<std::string> plan;                 // whose result must be empty in the end
};

std::vector<Scenario> all_scenarios();

}  // namespace dbplan::faults

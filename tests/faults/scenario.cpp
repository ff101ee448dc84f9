#include "tests/faults/scenario.hpp"

namespace dbplan::faults {
std::vector<Scenario> all_scenarios() {
  const std::vector<std::string> apply{"apply", "specs", "--auto-approve"};
  return {
      {.name = "first apply",
       .folders = {"specs", "notebooks"},
       .before = {},
       .cut = {apply},
       .again = {},
       .plan = {"plan", "specs"}},
  };
}

}  // namespace dbplan::faults

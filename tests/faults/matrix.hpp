#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "tests/faults/trial.hpp"

namespace dbplan::faults {

struct MatrixOptions {
  std::filesystem::path project;
  std::string scenario;                   // empty: all
  std::optional<std::size_t> index = {};  // only this request
  std::string fault = {};                 // empty: all
  std::size_t workers = 2;                // processes
  std::size_t most_told = 5;              // findings of one scenario that are printed in full
};

/// Runs the cases and prints the table. Returns how many findings there are.
int run_matrix(const MatrixOptions& options);

}  // namespace dbplan::faults

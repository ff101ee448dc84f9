#pragma once

#include <filesystem>

namespace dbplan::faults {

/// Breaks dbplan on purpose, one way after the other, and runs the row of the matrix that should
/// notice. Returns how many were not noticed.
int run_mutants(const std::filesystem::path& project);

}  // namespace dbplan::faults

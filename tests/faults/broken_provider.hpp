#pragma once

#include <memory>

#include "engine/provider.hpp"

namespace dbplan::faults {

/// What is broken between the engine and the workspace.
enum class Break {
  Stamp,   // creates bear none
  Intent,  // the lock announces no creates
  LookUp   // the first look for what an unclear create left finds nothing
};

std::unique_ptr<Provider> make_broken_provider(Break what, std::unique_ptr<Provider> whole);

}  // namespace dbplan::faults

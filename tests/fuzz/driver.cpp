// The entry that libFuzzer calls. One program per target; the build names it.

#include <cstddef>
#include <cstdint>

#include "tests/fuzz/targets.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  dbplan::fuzz::DBPLAN_FUZZ_TARGET({reinterpret_cast<const char*>(data), size});
  return 0;
}

#include "tests/faults/shared_time.hpp"

#include <sys/mman.h>

#include <cstdlib>
#include <new>

namespace dbplan::faults {

namespace {

std::atomic<std::int64_t>* shared_number(std::int64_t value) {
  void* place = mmap(nullptr, sizeof(std::atomic<std::int64_t>), PROT_READ | PROT_WRITE,
                     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (place == MAP_FAILED) std::abort();
  return new (place) std::atomic<std::int64_t>(value);
}

}  // namespace

SharedTime::SharedTime() : now_(shared_number(0)) {}

SharedTime::~SharedTime() { munmap(now_, sizeof *now_); }

void SharedTime::part() {
  std::atomic<std::int64_t>* own = shared_number(now());
  munmap(now_, sizeof *now_);
  now_ = own;
}

}  // namespace dbplan::faults

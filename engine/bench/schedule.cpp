#include "engine/bench/schedule.hpp"

namespace dbplan::bench {
namespace {

void add_blocks(std::vector<Slot>& slots, std::size_t arms, std::size_t blocks, bool warmup) {
  std::size_t number = 0;
  for (std::size_t block = 1; block <= blocks; ++block) {
    for (std::size_t i = 0; i < arms; ++i) {
      const std::size_t arm = block % 2 == 1 ? i : arms - 1 - i;
      slots.push_back({warmup, ++number, block, arm});
    }
  }
}

}  // namespace

std::vector<Slot> abba_schedule(std::size_t arms, std::size_t warmups, std::size_t blocks) {
  std::vector<Slot> slots;
  add_blocks(slots, arms, warmups, true);
  add_blocks(slots, arms, blocks, false);
  return slots;
}

}  // namespace dbplan::bench

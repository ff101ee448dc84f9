#pragma once

#include <cstddef>
#include <vector>

namespace dbplan::bench {

/// One place in the order of runs. The counted slots are numbered from 1 through all blocks,
/// warm-ups separately; a block has every arm once.
struct Slot {
  bool warmup = false;
  std::size_t number = 0;
  std::size_t block = 0;
  std::size_t arm = 0;  // index of the arm; 0 is the baseline
};

/// The order ABBA: odd blocks run the arms forwards, even ones backwards. With an even
/// number of blocks every arm has the same mean slot, so that a steady drift of the machine
/// cancels out. Warm-ups come first, in the same order.
std::vector<Slot> abba_schedule(std::size_t arms, std::size_t warmups, std::size_t blocks);

}  // namespace dbplan::bench

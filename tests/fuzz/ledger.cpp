#include "engine/ledger/ledger.hpp"

#include "engine/base/digest.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/fuzz/targets.hpp"

namespace dbplan::fuzz {

/// The input is the stored file, packed or not. A ledger that can be read is the same after being
/// written and read.
void fuzz_ledger(std::string_view input) {
  (void)unpack_ledger(std::string(input));
  const auto ledger = unpack_ledger(gzip(input));
  if (!ledger) return demand(!ledger.error().message.empty(), "a refusal says why");
  const std::string packed = pack_ledger(*ledger);
  const auto again = unpack_ledger(packed);
  demand(again.has_value(), "what was written can be read");
  demand(again->entries.size() == ledger->entries.size(), "no entry is lost");
  demand(pack_ledger(*again) == packed, "writing and reading change nothing");
}

}  // namespace dbplan::fuzz

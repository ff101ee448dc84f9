#pragma once

#include <string_view>

/// The functions that are fuzzed: each takes any bytes, and throws fuzz::Broken when a property
/// does not hold. The unit tests call them with the kept corpus. A new one is a file of its name,
/// a line here, and a folder below corpus/.
#define DBPLAN_FUZZ_TARGETS(use)                                                              \
  use(cron) use(field_path) use(http) use(interpolation) use(json_path) use(ledger) use(live) \
      use(lock) use(notebook) use(paths) use(plan_file) use(profiles) use(run) use(text) use(yaml)

namespace dbplan::fuzz {

#define DBPLAN_DECLARE(name) void fuzz_##name(std::string_view input);
DBPLAN_FUZZ_TARGETS(DBPLAN_DECLARE)
#undef DBPLAN_DECLARE

}  // namespace dbplan::fuzz

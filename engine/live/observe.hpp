#pragma once

#include <functional>

#include "engine/ledger/ledger.hpp"
#include "engine/live/live.hpp"
#include "engine/model/resource.hpp"
#include "engine/provider.hpp"

namespace dbplan {

/// Looks at everything that the spec or the ledger names, in the fewest requests: one paged list
/// for each kind with tags, one listing for each notebook folder, a download only where a
/// notebook was modified since our import or where its text must be shown.
Result<Live> observe(const Desired& desired, const Ledger& ledger, Provider& provider,
                     std::span<const Kind* const> kinds);

/// Runs `task(i)` for i in [0, count) on a few threads; returns the first error by index.
Result<> in_parallel(std::size_t count, const std::function<Result<>(std::size_t)>& task);

}  // namespace dbplan

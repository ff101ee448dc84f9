#pragma once

#include <functional>

#include "engine/ledger/ledger.hpp"
#include "engine/live/live.hpp"
#include "engine/model/resource.hpp"
#include "engine/provider.hpp"

namespace dbplan {

/// How many requests at once, unless the caller says otherwise.
constexpr std::size_t kThreads = 8;

/// How far to look.
enum class Look {
  Named,   // at the kinds that the spec or the ledger names
  Echoes,  // the same, but no contents: what was just sent is taken to be there
  All      // at every object of every kind with tags: what an apply that died may have created
};

/// Looks at everything that the spec or the ledger names, in the fewest requests: one paged list
/// for each kind, or reads by id where those are fewer; one listing for each notebook folder, a
/// download only where a notebook was modified since our import or where its text must be shown;
/// one request for each object with permissions.
Result<Live> observe(const Desired& desired, const Ledger& ledger, Provider& provider,
                     std::span<const Kind* const> kinds, Look look = Look::Named,
                     std::size_t threads = kThreads);

/// Runs `task(i)` for i in [0, count) on up to `threads` threads, the caller's own if one is
/// enough; returns the first error by index.
Result<> in_parallel(std::size_t count, std::size_t threads,
                     const std::function<Result<>(std::size_t)>& task);

}  // namespace dbplan

#pragma once

#include "engine/spec/draft.hpp"

namespace dbplan {

/// In fields that hold the key of another resource (a schedule's job), turns
/// "${resources.jobs.x.id}" into "x".
void name_keys(Drafts& drafts, Reporter& report);

/// Follows every `${resources...}` and every key of another resource: reports what leads nowhere,
/// fills in what the spec itself knows (names, paths), leaves ids as
/// "${resources.<kind>.<key>.id}", reports cycles, and writes depends_on.
void link_references(Drafts& drafts, std::span<const Kind* const> kinds, const Scope& scope,
                     Reporter& report);

}  // namespace dbplan

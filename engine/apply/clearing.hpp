#pragma once

#include <set>
#include <string>

#include "engine/live/live.hpp"
#include "engine/plan/plan.hpp"
#include "engine/provider.hpp"

namespace dbplan {

/// What has to leave the workspace tree before anything new can be put there, as deletes and
/// replacements of the plan: the notebook "report" where the folder of "report/main" is to be, or
/// "report/main" where the notebook "report" is to be.
std::set<const Change*> what_is_in_the_way(const Plan& plan, const Desired& desired,
                                           const Live& live);

/// Deletes the folder at `path` if there is nothing in it but folders of that sort: what remains of
/// objects that were ours. True: there was one. Error: it holds something, which stays.
Result<bool> make_room(Provider& provider, const std::string& path);

}  // namespace dbplan

#pragma once

#include <string>

#include "engine/live/live.hpp"
#include "engine/model/reference.hpp"
#include "engine/model/resource.hpp"

namespace dbplan {

/// The body as it is sent: known references replaced, the stamp added, permissions completed by
/// what whoever sets them has to keep.
Json wanted_body(const Resource& resource, const Desired& desired, const IdLookup& ids);

/// The same with the ids of what exists.
Json wanted_body(const Resource& resource, const Desired& desired, const Live& live);

/// An access control list with an entry by which `user_name` keeps its own hold on an object of
/// `owner` kind: whoever has no owner yet becomes it, beside another owner it manages. Names of
/// users in lower case.
Json with_caller(Json body, const Kind& owner, const std::string& user_name);

}  // namespace dbplan

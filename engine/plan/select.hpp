#pragma once

#include "engine/plan/plan.hpp"

namespace dbplan {

/// The part of a plan that the patterns name, with everything that it needs, what travels in the
/// same requests, and what is deleted before it. A pattern is an address ("jobs.nightly") or a key
/// ("nightly"); "*" stands for any characters. Error::Code::NotFound when one names nothing.
Result<Plan> select_changes(Plan plan, const std::vector<std::string>& patterns);

}  // namespace dbplan

#pragma once

#include "engine/spec/draft.hpp"

namespace dbplan {

/// Puts every schedule into the body of its job, and sets its carrier. A job has one of
/// schedule, trigger and continuous, wherever it comes from.
void attach_schedules(Drafts& drafts, Reporter& report);

}  // namespace dbplan

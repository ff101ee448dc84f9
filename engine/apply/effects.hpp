#pragma once

#include "engine/apply/apply.hpp"
#include "engine/apply/books.hpp"
#include "engine/apply/steps.hpp"

namespace dbplan {

/// Carries out one step and writes into `books` what became of it. A request whose answer was
/// unclear is looked after before it is sent again: nothing is created twice. May be called from
/// several threads, each with a step of its own.
Result<> perform_step(const Step& step, const Desired& desired, const Live& live,
                      Provider& provider, const ApplyHooks& hooks, Books& books);

}  // namespace dbplan

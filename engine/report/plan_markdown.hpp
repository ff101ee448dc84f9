#pragma once

#include <string>

#include "engine/report/plan_view.hpp"

namespace dbplan {

/// The plan for a pull request: verdict and counts in the heading, high risks outside of folds,
/// one table, one fold with a diff per changed resource. Nothing in names or contents can break
/// out of its place.
std::string plan_markdown(const Plan& plan, const PlanFrame& frame);

/// A text for a table cell or a line: markup characters escaped, newlines visible.
std::string escape_markdown(std::string_view text);

/// The text as a code span, whatever backticks it holds.
std::string code_span(std::string_view text);

}  // namespace dbplan

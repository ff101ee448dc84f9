#pragma once

#include <vector>

#include "engine/plan/plan.hpp"

namespace dbplan {

/// The labels that one acting field calls for. Pure.
std::vector<Risk> field_risks(const Change& change, const FieldChange& field);

/// Whether a name or a notebook's new text holds characters by which it reads otherwise than it is:
/// bidirectional controls or characters of no width.
bool has_hidden_text(const Change& change);

}  // namespace dbplan

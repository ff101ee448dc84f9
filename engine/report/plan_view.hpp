#pragma once

#include <string>
#include <vector>

#include "engine/plan/plan.hpp"

namespace dbplan {

/// What a plan is about, for its first line.
struct PlanFrame {
  std::string title = {};  // not empty: the whole first line
  std::string host = {};
  std::string user = {};
  bool local = false;            // the local workspace, chosen because nothing names another
  std::string observed_at = {};  // RFC 3339
};

/// One plan, arranged for people; every renderer shows this, so that they cannot disagree.
struct PlanView {
  std::vector<const Change*> changes;  // edits, by address
  std::vector<const Change*> drift;    // what only undoes changes made in the workspace
  struct Finding {
    const Change* change;
    const Risk* risk;
  };
  std::vector<Finding> risks;  // highest first
  Tally tally;
};

PlanView view_of(const Plan& plan);

/// "+", "~", "±", "-".
std::string_view action_sign(const Change& change);
std::string_view risk_level_name(Risk::Level level);

/// A value on one line: JSON, control characters made visible, cut after `width` characters with
/// the rest counted; "(known after apply)" where it hangs on an id that does not exist yet.
std::string value_text(const Json& value, std::size_t width = 100);

/// "3600 → 7200", or what stands for a secret or a missing side.
std::string field_change_text(const FieldChange& field);

/// Why a field differs, where that is not "edited in the spec"; else empty.
std::string field_class_text(const FieldChange& field);

/// "Plan: 2 to create, ..." without markup.
std::string tally_text(const Tally& tally);

/// Lines of two texts side by side: ' ', '-' or '+' in front, three lines of context, gaps as
/// "… 14 equal lines …".
std::vector<std::string> diff_lines(const std::string& before, const std::string& after);

}  // namespace dbplan

#pragma once

#include <map>
#include <optional>
#include <string>

#include "engine/spec/draft.hpp"
#include "engine/spec/interpolate.hpp"
#include "engine/spec/target.hpp"

namespace dbplan {

/// What a target changes about every resource: `presets`, and what `mode: development` implies.
struct Presets {
  std::string name_prefix;
  std::string pause_status;  // PAUSED, UNPAUSED, or empty: as the resource says
  std::map<std::string, std::string> tags;
  std::optional<std::int64_t> max_concurrent_runs;
};

/// `presets` (may be null) has the target's merged in; `mode` is the target's, or null.
Presets read_presets(const Node* presets, const Node* mode, Interpolator& interpolator,
                     Reporter& report);

/// Who jobs run as that do not say it themselves: the target's `run_as`, else the spec's. An
/// empty object: nobody is named.
Json read_run_as(const Node& root, const Target& target, Interpolator& interpolator,
                 Reporter& report);
void apply_run_as(const Json& run_as, Drafts& drafts);

/// Presets give way to what a resource says itself, save for the prefix.
void apply_presets(const Presets& presets, Drafts& drafts);

}  // namespace dbplan

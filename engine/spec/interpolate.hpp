#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/spec/node.hpp"
#include "engine/spec/source_files.hpp"

namespace dbplan {

/// What only the workspace knows: kept in texts until resolve() fills it in.
inline constexpr std::string_view kUserName = "${workspace.current_user.userName}";
inline constexpr std::string_view kShortName = "${workspace.current_user.short_name}";

/// How a text begins that stands for an id which the workspace is asked for:
/// "${lookup.<variable>}", with kAsNumber before the brace where a field wants a number.
inline constexpr std::string_view kLookup = "${lookup.";
inline constexpr std::string_view kAsNumber = "#int";

/// Replaces `${...}` in values. `${resources...}` and the current user stay as they are.
class Interpolator {
 public:
  /// `suppress_unknown`: a file is missing, so that names which nobody defines are no mistake.
  Interpolator(Arena& arena, Reporter& report, bool suppress_unknown)
      : arena_(arena), report_(report), suppress_unknown_(suppress_unknown) {}

  /// Makes `${name}` mean `value`, which may hold references itself: they are resolved when
  /// somebody asks. A null value: declared, but without a value (reported by its owner).
  void define(std::string name, const Node* value);

  /// `node` with everything replaced; the same node if there was nothing to replace. Problems are
  /// reported where the reference stands, and the text is left as it is there.
  const Node* apply(const Node* node);

  /// The text of a defined name, or nothing when it has none or is no text.
  std::optional<std::string> text_of(const std::string& name);

 private:
  enum class State { Raw, Busy, Done };
  struct Entry {
    const Node* value = nullptr;
    State state = State::Raw;
  };

  const Node* apply_scalar(const Node& node);
  const Node* look_up(std::string_view path, const Node& user, std::string_view reference);
  const Node* value_of(Entry& entry, std::string_view name, const Node& user,
                       std::string_view reference);
  const Node* descend(const Node* value, std::string_view rest, const Node& user,
                      std::string_view reference);
  void report_unknown(std::string_view path, const Node& user, std::string_view reference);
  bool is_left_alone(std::string_view path) const;

  Arena& arena_;
  Reporter& report_;
  bool suppress_unknown_;
  std::map<std::string, Entry, std::less<>> entries_;
  std::vector<std::string> busy_;  // names being resolved, outermost first
};

/// Whether a text still holds something to fill in later, or a placeholder of the jobs service
/// ("{{job.id}}"): such texts may stand where another type is expected.
bool holds_placeholder(std::string_view text);

}  // namespace dbplan

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dbplan {

/// Patterns as .gitignore files write them; `sync.include` and `sync.exclude` do, too. Later ones
/// win. Source: the documentation of gitignore.
class IgnoreRules {
 public:
  /// The lines of a .gitignore in `folder`.
  void add_file(std::string_view text, std::string_view folder);
  /// One pattern, relative to `folder`.
  void add(std::string_view pattern, std::string_view folder);
  bool empty() const { return rules_.empty(); }

  /// Whether the last pattern that matches `path` itself ignores it; nothing when none matches.
  std::optional<bool> verdict(std::string_view path, bool is_folder) const;
  /// Whether the file at `path` or a folder that holds it is ignored.
  bool ignores_file(std::string_view path) const;

 private:
  struct Rule {
    std::string folder;   // where the pattern stands
    std::string pattern;  // without "!", leading and trailing "/"
    bool negated = false;
    bool folders_only = false;
    bool anchored = false;  // matched against the whole path below `folder`
  };
  std::vector<Rule> rules_;
};

}  // namespace dbplan

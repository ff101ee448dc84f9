#include "engine/spec/ignore_rules.hpp"

#include <algorithm>
#include <ranges>

#include "engine/spec/path_text.hpp"

namespace dbplan {
namespace {

/// One pattern against one path: "*" and "?" stop at "/", "**" between slashes does not. Each
/// pair of positions is looked at once, so that no pattern takes more than length times length.
class Wildcard {
 public:
  Wildcard(std::string_view pattern, std::string_view text)
      : pattern_(pattern), text_(text), failed_((pattern.size() + 1) * (text.size() + 1)) {}

  bool matches(std::size_t p = 0, std::size_t t = 0) {
    const std::size_t known = p * (text_.size() + 1) + t;
    if (failed_[known]) return false;
    const bool found = step(p, t);
    failed_[known] = !found;
    return found;
  }

 private:
  bool step(std::size_t p, std::size_t t) {
    while (p < pattern_.size()) {
      const std::string_view rest = pattern_.substr(p);
      const bool at_start = p == 0 || pattern_[p - 1] == '/';
      if (at_start && rest.starts_with("**/")) {
        if (matches(p + 3, t)) return true;
        for (std::size_t next = t; next < text_.size(); ++next)
          if (text_[next] == '/' && matches(p + 3, next + 1)) return true;
        return false;
      }
      if (at_start && rest == "**") return t < text_.size();
      if (rest[0] == '*') {
        for (std::size_t next = t;; ++next) {
          if (matches(p + 1, next)) return true;
          if (next >= text_.size() || text_[next] == '/') return false;
        }
      }
      if (t >= text_.size()) return false;
      const std::size_t taken = one(rest, text_[t]);
      if (taken == 0) return false;
      p += taken;
      ++t;
    }
    return t == text_.size();
  }

  // How much of the pattern matches `c`, or 0.
  static std::size_t one(std::string_view rest, char c) {
    if (rest[0] == '?') return c == '/' ? 0 : 1;
    if (rest[0] == '\\' && rest.size() > 1) return rest[1] == c ? 2 : 0;
    if (rest[0] == '[')
      if (const auto taken = in_class(rest, c)) return *taken;
    return rest[0] == c ? 1 : 0;
  }

  // "[cod]", "[!a-z]"; nothing when the bracket is never closed.
  static std::optional<std::size_t> in_class(std::string_view rest, char c) {
    const bool negated = rest.size() > 1 && (rest[1] == '!' || rest[1] == '^');
    const std::size_t first = negated ? 2 : 1;
    const std::size_t end = rest.find(']', first + 1);
    if (end == std::string_view::npos) return std::nullopt;
    bool found = false;
    for (std::size_t i = first; i < end; ++i) {
      if (i + 2 < end && rest[i + 1] == '-') {
        found = found || (rest[i] <= c && c <= rest[i + 2]);
        i += 2;
      } else {
        found = found || rest[i] == c;
      }
    }
    return found != negated && c != '/' ? end + 1 : 0;
  }

  std::string_view pattern_, text_;
  std::vector<bool> failed_;
};

}  // namespace

void IgnoreRules::add_file(std::string_view text, std::string_view folder) {
  for (const auto part : std::views::split(text, '\n')) {
    std::string_view line(part.begin(), part.end());
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.starts_with('#')) add(line, folder);
  }
}

void IgnoreRules::add(std::string_view pattern, std::string_view folder) {
  while (pattern.ends_with(' ') && !pattern.ends_with("\\ ")) pattern.remove_suffix(1);
  Rule rule{.folder = std::string(folder), .pattern = {}};
  if (pattern.starts_with('!')) {
    rule.negated = true;
    pattern.remove_prefix(1);
  }
  if (pattern.starts_with("./")) pattern.remove_prefix(2);
  rule.anchored = pattern.substr(0, pattern.empty() ? 0 : pattern.size() - 1).find('/') !=
                  std::string_view::npos;
  if (pattern.ends_with('/')) {
    rule.folders_only = true;
    pattern.remove_suffix(1);
  }
  if (pattern.starts_with('/')) pattern.remove_prefix(1);
  if (pattern.empty()) return;
  rule.pattern = pattern;
  rules_.push_back(std::move(rule));
}

std::optional<bool> IgnoreRules::verdict(std::string_view path, bool is_folder) const {
  for (const Rule& rule : rules_ | std::views::reverse) {
    if ((rule.folders_only && !is_folder) || !is_below(path, rule.folder) || path == rule.folder)
      continue;
    std::string_view below = path.substr(rule.folder.empty() ? 0 : rule.folder.size() + 1);
    if (!rule.anchored) below = below.substr(below.rfind('/') + 1);  // npos + 1 is 0
    if (Wildcard(rule.pattern, below).matches()) return !rule.negated;
  }
  return std::nullopt;
}

bool IgnoreRules::ignores_file(std::string_view path) const {
  for (std::size_t slash = path.find('/'); slash != std::string_view::npos;
       slash = path.find('/', slash + 1))
    if (verdict(path.substr(0, slash), true).value_or(false)) return true;
  return verdict(path, false).value_or(false);
}

}  // namespace dbplan

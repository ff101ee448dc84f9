#include "engine/spec/path_text.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/fuzz/targets.hpp"

namespace dbplan::fuzz {

/// Two lines: a folder or pattern, and a path.
void fuzz_paths(std::string_view input) {
  const std::string_view first = take_line(input);
  const std::string_view path = take_line(input);
  if (const auto joined = join_path(first, path)) {
    demand(!joined->starts_with('/'), "a joined path stays relative");
    demand(join_path("", *joined) == *joined, "a joined path is in its final form");
  }
  const std::string workspace = join_workspace_path(first, path);
  demand(workspace.starts_with('/'), "a workspace path is absolute");
  demand(join_workspace_path("", workspace) == workspace, "a workspace path is in its final form");
  const std::string canonical = canonical_workspace_path(path);
  demand(canonical_workspace_path(canonical) == canonical, "one object has one spelling");
  const std::string common = common_folder(first, path);
  demand(is_below(first, common) && is_below(path, common), "both lie below their common folder");
  demand(path.starts_with(without_extension(path)), "an extension stands at the end");
  const bool matches = matches_glob(first, path);
  if (!has_wildcard(path))
    demand(matches_glob(path, path), "a path without wildcards matches itself");
  if (first.find_first_not_of("*") == first.npos && first.size() == 2)
    demand(matches, "** matches everything");
}

}  // namespace dbplan::fuzz

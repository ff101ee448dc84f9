#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace dbplan {

/// Paths as text, with "/": of files relative to the project root, and of the workspace.

/// "a/b" of "a/b/c"; "" of "c".
std::string_view folder_of(std::string_view path);
/// `path` as seen from `folder` (both relative to the root), with "." and ".." resolved. Nothing
/// if it leads above the root or is absolute.
std::optional<std::string> join_path(std::string_view folder, std::string_view path);
/// As join_path for workspace paths, which begin with "/"; ".." above the root stays at the root.
std::string join_workspace_path(std::string_view folder, std::string_view path);
/// Whether `path` is `folder` or lies below it. Everything is below "".
bool is_below(std::string_view path, std::string_view folder);
/// The deepest folder that holds both.
std::string common_folder(std::string_view a, std::string_view b);
/// Without the extension of its last segment: "a/b.c" of "a/b.c.py".
std::string_view without_extension(std::string_view path);
/// "/Workspace/Users/x" for "/Users/x", "//Users/x/" and "/Workspace/Users/x": one spelling for
/// one object.
std::string canonical_workspace_path(std::string_view path);

/// Shell-like patterns: "*" and "?" within a segment, "**" for any number of segments.
bool has_wildcard(std::string_view pattern);
bool matches_glob(std::string_view pattern, std::string_view path);

}  // namespace dbplan

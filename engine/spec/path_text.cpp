#include "engine/spec/path_text.hpp"

#include <span>
#include <vector>

namespace dbplan {
namespace {

std::vector<std::string_view> segments(std::string_view path) {
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    const std::string_view part = path.substr(0, slash);
    if (!part.empty() && part != ".") parts.push_back(part);
    path = slash == std::string_view::npos ? std::string_view{} : path.substr(slash + 1);
  }
  return parts;
}

std::string joined(const std::vector<std::string_view>& parts, std::string_view start) {
  std::string path(start);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) path += '/';
    path += parts[i];
  }
  return path;
}

/// Wildcards over any sequence: `is_star` items match any number, all others one by `matches`. A
/// star that took too little takes one more; only the last star can matter, so no text takes long.
template <class Items, class Texts, class IsStar, class Matches>
bool matches_all(const Items& pattern, const Texts& text, IsStar is_star, Matches matches) {
  std::size_t p = 0, t = 0, after_star = 0, taken = 0;
  bool star = false;
  while (t < text.size()) {
    if (p < pattern.size() && is_star(pattern[p])) {
      star = true;
      after_star = ++p;
      taken = t;
    } else if (p < pattern.size() && matches(pattern[p], text[t])) {
      ++p;
      ++t;
    } else if (star) {
      p = after_star;
      t = ++taken;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && is_star(pattern[p])) ++p;
  return p == pattern.size();
}

bool matches_segment(std::string_view pattern, std::string_view text) {
  return matches_all(
      pattern, text, [](char c) { return c == '*'; },
      [](char p, char t) { return p == '?' || p == t; });
}

bool matches_segments(std::span<const std::string_view> pattern,
                      std::span<const std::string_view> path) {
  return matches_all(
      pattern, path, [](std::string_view part) { return part == "**"; }, matches_segment);
}

}  // namespace

std::string_view folder_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash);
}

std::optional<std::string> join_path(std::string_view folder, std::string_view path) {
  if (path.starts_with('/')) return std::nullopt;
  std::vector<std::string_view> all = segments(folder), parts;
  for (const std::string_view part : segments(path)) all.push_back(part);
  for (const std::string_view part : all) {
    if (part != "..") {
      parts.push_back(part);
    } else if (parts.empty()) {
      return std::nullopt;
    } else {
      parts.pop_back();
    }
  }
  return joined(parts, "");
}

std::string join_workspace_path(std::string_view folder, std::string_view path) {
  std::vector<std::string_view> all, parts;
  if (!path.starts_with('/')) all = segments(folder);
  for (const std::string_view part : segments(path)) all.push_back(part);
  for (const std::string_view part : all) {
    if (part != "..")
      parts.push_back(part);
    else if (!parts.empty())
      parts.pop_back();
  }
  return joined(parts, "/");
}

bool is_below(std::string_view path, std::string_view folder) {
  return folder.empty() || path == folder ||
         (path.starts_with(folder) && path.size() > folder.size() && path[folder.size()] == '/');
}

std::string common_folder(std::string_view a, std::string_view b) {
  while (!is_below(b, a)) a = folder_of(a);
  return std::string(a);
}

std::string_view without_extension(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  const std::size_t dot = path.rfind('.');
  const std::size_t first = slash == std::string_view::npos ? 0 : slash + 1;
  return dot == std::string_view::npos || dot <= first ? path : path.substr(0, dot);
}

std::string canonical_workspace_path(std::string_view path) {
  std::string plain = join_workspace_path("", path);
  for (const std::string_view home : {"Users", "Shared", "Repos"})
    if (plain.size() > 1 && is_below(std::string_view(plain).substr(1), home))
      return join_workspace_path("Workspace", std::string_view(plain).substr(1));
  return plain;
}

bool has_wildcard(std::string_view pattern) {
  return pattern.find_first_of("*?") != std::string_view::npos;
}

bool matches_glob(std::string_view pattern, std::string_view path) {
  const auto pattern_parts = segments(pattern), path_parts = segments(path);
  return matches_segments(pattern_parts, path_parts);
}

}  // namespace dbplan

#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/diagnostic.hpp"
#include "engine/spec/node.hpp"

namespace dbplan {

/// The texts that a spec was read from, and the one door to its diagnostics: it turns places into
/// lines with the part to underline. Texts stay where they are once added.
class SourceFiles {
 public:
  /// `path` is relative to the project root, `display` is what people call it.
  std::uint32_t add(std::string path, std::string display, std::string text);

  const std::string& path(std::uint32_t file) const { return files_[file].path; }
  std::string_view text(std::uint32_t file) const { return files_[file].text; }
  std::size_t size() const { return files_.size(); }

  /// The characters at `place` that make up one token. With `part`, that part of the token.
  SourceRange range(Place place, std::string_view part = {}) const;
  std::string_view line(Place place) const;

 private:
  struct File {
    std::string path;
    std::string display;
    std::string text;
    std::vector<std::size_t> lines;  // where each line begins
  };
  std::deque<File> files_;
};

/// Collects what is wrong with a spec. Passed down by reference; cheap to use, no state but the
/// list.
class Reporter {
 public:
  /// `skip_unsupported`: what bundles know and dbplan does not do is a warning, no error.
  Reporter(const SourceFiles& files, Diagnostics& problems, bool skip_unsupported = false)
      : files_(files), problems_(problems), skip_unsupported_(skip_unsupported) {}

  /// `summary`: see Diagnostic. `part`: what to underline inside the token at `place`.
  void error(Place place, std::string_view summary, std::string detail, std::string_view part = {});
  void warning(Place place, std::string_view summary, std::string detail,
               std::string_view part = {});
  bool skips_unsupported() const { return skip_unsupported_; }
  /// "specs/jobs.yml:4": for details that speak of another place.
  std::string name(Place place) const;
  SourceRange range(Place place) const { return files_.range(place); }

 private:
  void add(Diagnostic::Severity severity, Place place, std::string_view summary, std::string detail,
           std::string_view part);

  const SourceFiles& files_;
  Diagnostics& problems_;
  bool skip_unsupported_;
};

/// " Did you mean \"x\"?" or nothing.
std::string suggestion(std::string_view word, const std::vector<std::string>& candidates);

/// Wraps `text` in double quotes, for use in sentences.
std::string in_quotes(std::string_view text);

}  // namespace dbplan

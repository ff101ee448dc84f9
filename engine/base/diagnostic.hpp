#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dbplan {

/// A place in a text file that the user wrote. Lines and columns count from 1; columns count
/// characters (code points), not bytes. line 0: the file as a whole.
struct SourceRange {
  std::string file;  // as the user would name it: relative to the working directory where possible
  int line = 0;
  int column = 0;
  int length = 1;  // characters to underline

  auto operator<=>(const SourceRange&) const = default;
};

/// One thing that is wrong (or worth knowing) about the spec.
struct Diagnostic {
  enum class Severity { Error, Warning };
  Severity severity = Severity::Error;
  /// A constant phrase of 2 to 5 words without user text ("Unknown field"): tests and grouping
  /// hang on it.
  std::string summary;
  SourceRange where;
  /// The text of the line at `where`, without its end; empty when there is no line.
  std::string source_line;
  /// Whole sentences: what is wrong, why if not obvious, what to do, one suggestion at most.
  std::string detail;
};

/// Everything found wrong in one run, in any order until sort() is called.
class Diagnostics {
 public:
  void add(Diagnostic diagnostic) { entries_.push_back(std::move(diagnostic)); }
  bool has_errors() const;
  bool empty() const { return entries_.empty(); }
  /// By file, line, column; exact repeats are dropped.
  void sort();
  const std::vector<Diagnostic>& entries() const { return entries_; }

 private:
  std::vector<Diagnostic> entries_;
};

/// The word of `candidates` that `word` was probably meant to be, or empty: edit distance at most
/// 2 and at most a third of the length (case ignored).
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace dbplan

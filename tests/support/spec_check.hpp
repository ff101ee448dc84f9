#pragma once

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

#include "engine/spec/spec.hpp"
#include "providers/databricks/kinds/kinds.hpp"
#include "tests/support/memory_tree.hpp"

namespace dbplan::test {

using Files = std::map<std::string, std::string>;

struct LoadedSpecs {
  Desired desired;
  std::vector<Diagnostic> problems;  // sorted

  const Resource& at(const std::string& kind, const std::string& key) const {
    const Resource* found = desired.find({kind, key});
    REQUIRE_MESSAGE(found != nullptr, kind << "." << key << " is missing");
    return *found;
  }
};

inline LoadedSpecs load_files(const Files& files, const SpecOptions& options = {},
                              const std::string& user = "") {
  const MemoryTree tree(files);
  Diagnostics problems;
  const SpecPtr spec = load_spec(tree, options, databricks::databricks_kinds(), problems);
  LoadedSpecs loaded;
  loaded.desired = resolve(*spec, tree, user, problems);
  problems.sort();
  loaded.problems = problems.entries();
  return loaded;
}

/// One file dbplan.yml; `text` follows "bundle: {name: b}" on line 1.
inline LoadedSpecs load_text(const std::string& text, const SpecOptions& options = {},
                             const std::string& user = "") {
  return load_files({{"dbplan.yml", "bundle: {name: b}\n" + text}}, options, user);
}

/// "Unknown field at 4: timout_seconds": summary, line, the underlined characters.
inline std::string brief(const Diagnostic& problem) {
  std::string marked;
  int column = 0;
  for (const char c : problem.source_line) {
    if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) ++column;
    if (column >= problem.where.column && column < problem.where.column + problem.where.length)
      marked += c;
  }
  return problem.summary + " at " + std::to_string(problem.where.line) + ": " + marked;
}

inline std::vector<std::string> briefs(const LoadedSpecs& loaded) {
  std::vector<std::string> all;
  for (const Diagnostic& problem : loaded.problems) all.push_back(brief(problem));
  return all;
}

/// Exactly one problem, of that brief form, whose detail holds `detail`.
inline void check_one(const LoadedSpecs& loaded, const std::string& expected,
                      const std::string& detail) {
  std::string all;
  for (const std::string& text : briefs(loaded)) all += "\n  " + text;
  CAPTURE(all);
  REQUIRE(loaded.problems.size() == 1);
  CHECK(brief(loaded.problems[0]) == expected);
  CAPTURE(loaded.problems[0].detail);
  CHECK(loaded.problems[0].detail.find(detail) != std::string::npos);
}

/// No problem at all.
inline void check_clean(const LoadedSpecs& loaded) {
  for (const Diagnostic& problem : loaded.problems)
    FAIL_CHECK(problem.where.file << ":" << brief(problem) << "\n" << problem.detail);
}

}  // namespace dbplan::test

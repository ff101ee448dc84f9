#include <doctest/doctest.h>

#include "engine/spec/ignore_rules.hpp"

using dbplan::IgnoreRules;

namespace {

bool ignores(const std::string& patterns, const std::string& path, const std::string& folder = "") {
  IgnoreRules rules;
  rules.add_file(patterns, folder);
  return rules.ignores_file(path);
}

}  // namespace

TEST_CASE("ignore rules: names match at any depth, paths from their folder") {
  CHECK(ignores("*.pyc", "a/b/x.pyc"));
  CHECK(ignores("*.py[cod]", "x.pyo"));
  CHECK_FALSE(ignores("*.py[cod]", "x.py"));
  CHECK(ignores("[!a-c]", "d"));
  CHECK_FALSE(ignores("[!a-c]", "b"));
  CHECK(ignores("/docs", "docs/x"));
  CHECK_FALSE(ignores("/docs", "a/docs/x"));
  CHECK(ignores("a/b", "a/b"));
  CHECK_FALSE(ignores("a/b", "c/a/b"));
  CHECK(ignores("x?", "xy"));
  CHECK(ignores("\\#x", "#x"));
}

TEST_CASE("ignore rules: folders, comments, spaces and line ends") {
  CHECK(ignores("build/", "build/x"));
  CHECK(ignores("build/", "a/build/x"));
  CHECK_FALSE(ignores("build/", "build"));
  CHECK_FALSE(ignores("# x", "x"));
  CHECK(ignores("x  \r\ny", "x"));
  CHECK_FALSE(ignores("\n\n", "x"));
}

TEST_CASE("ignore rules: two stars cross folders, one does not") {
  CHECK(ignores("a/**/x", "a/x"));
  CHECK(ignores("a/**/x", "a/b/c/x"));
  CHECK(ignores("**/x", "a/x"));
  CHECK(ignores("a/**", "a/b/c"));
  CHECK_FALSE(ignores("a/*", "b/a"));
  CHECK(ignores("a/*", "a/b"));
}

TEST_CASE("ignore rules: the last one wins, but not inside an ignored folder") {
  CHECK_FALSE(ignores("*.log\n!keep.log", "keep.log"));
  CHECK(ignores("!keep.log\n*.log", "keep.log"));
  CHECK(ignores("logs/\n!keep.log", "logs/keep.log"));
}

TEST_CASE("ignore rules: a file in a folder speaks of that folder") {
  CHECK(ignores("/x", "a/x", "a"));
  CHECK_FALSE(ignores("/x", "x", "a"));
  CHECK_FALSE(ignores("x", "b/x", "a"));
}

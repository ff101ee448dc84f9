#include "engine/plan/notebook_diff.hpp"

#include <doctest/doctest.h>

using dbplan::CellChange;
using dbplan::NotebookDiff;

namespace {

std::string notebook(const std::vector<std::string>& cells) {
  std::string text = "# Databricks notebook source\n";
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) text += "\n# COMMAND ----------\n\n";
    text += cells[i] + "\n";
  }
  return text;
}

NotebookDiff diff_notebook(const std::string& before, const std::string& after) {
  return dbplan::diff_notebook({before, "PYTHON"}, {after, "PYTHON"}, "SOURCE");
}

}  // namespace

TEST_CASE("diff_notebook: one edited cell is that cell's change") {
  const auto diff =
      diff_notebook(notebook({"a = 1", "b = 2", "c = 3"}), notebook({"a = 1", "b = 5", "c = 3"}));
  REQUIRE(diff.changes.size() == 1);
  CHECK(diff.changes[0].kind == CellChange::Kind::Changed);
  CHECK(diff.changes[0].after == 2);
  CHECK(diff.changes[0].old_text == "b = 2");
  CHECK(diff.changes[0].new_text == "b = 5");
}

TEST_CASE("diff_notebook: a moved cell is a move, not a removal and an addition") {
  const auto diff = diff_notebook(notebook({"a", "b", "c", "d"}), notebook({"d", "a", "b", "c"}));
  REQUIRE(diff.changes.size() == 1);
  CHECK(diff.changes[0].kind == CellChange::Kind::Moved);
  CHECK(diff.changes[0].before == 4);
  CHECK(diff.changes[0].after == 1);
}

TEST_CASE("diff_notebook: added and removed cells") {
  const auto added = diff_notebook(notebook({"a", "b"}), notebook({"a", "x", "b"}));
  REQUIRE(added.changes.size() == 1);
  CHECK(added.changes[0].kind == CellChange::Kind::Added);
  const auto removed = diff_notebook(notebook({"a", "x", "b"}), notebook({"a", "b"}));
  REQUIRE(removed.changes.size() == 1);
  CHECK(removed.changes[0].kind == CellChange::Kind::Removed);
}

TEST_CASE("notebook diff: a title is shown where it differs") {
  const auto diff = diff_notebook(notebook({"# DBTITLE 1,Old\nx", "# DBTITLE 1,Same\na"}),
                                  notebook({"# DBTITLE 1,New\nx", "# DBTITLE 1,Same\nb"}));
  REQUIRE(diff.changes.size() == 2);
  CHECK(diff.changes[0].old_text == "DBTITLE 1,Old\nx");
  CHECK(diff.changes[0].new_text == "DBTITLE 1,New\nx");
  CHECK(diff.changes[1].old_text == "a");
  CHECK(diff.changes[1].new_text == "b");
}

TEST_CASE("notebook diff: each text is read in its own language") {
  const std::string before = "# Databricks notebook source\nprint(1)\n";
  const std::string after = "-- Databricks notebook source\nSELECT 1\n";
  const auto diff = dbplan::diff_notebook({before, "PYTHON"}, {after, "SQL"}, "SOURCE");
  REQUIRE(diff.changes.size() == 2);
  CHECK(diff.changes[0].old_text == "print(1)");
  CHECK(diff.changes[1].new_text == "SELECT 1");
}

#include "engine/model/notebook.hpp"

#include <doctest/doctest.h>

using namespace dbplan;

namespace {

const char* const kPython =
    "# Databricks notebook source\n"
    "import time\n"
    "\n"
    "# COMMAND ----------\n"
    "\n"
    "# DBTITLE 1,Numbers\n"
    "# MAGIC %sql\n"
    "# MAGIC select 1,\n"
    "# MAGIC   2\n"
    "\n"
    "# COMMAND ----------\n"
    "\n"
    "# MAGIC %md # Title\n"
    "\n"
    "# COMMAND ----------\n"
    "\n"
    "# MAGIC %run ./shared/tables $x=\"1\"\n";

std::vector<std::string> paths(std::string_view cell, std::string_view language = "PYTHON") {
  std::vector<std::string> found;
  for (const NotebookCall& call : find_notebook_calls(cell, language)) found.push_back(call.path);
  return found;
}

using Paths = std::vector<std::string>;

}  // namespace

TEST_CASE("notebook: cells are split with language, text and first line") {
  const auto cells = split_cells(kPython, "SOURCE", "PYTHON");
  REQUIRE(cells.size() == 4);
  CHECK(cells[0].language == "python");
  CHECK(cells[0].text == "import time");
  CHECK(cells[0].title.empty());
  CHECK(cells[1].language == "sql");
  CHECK(cells[1].text == "select 1,\n  2");
  CHECK(cells[1].title == "1,Numbers");
  CHECK(cells[2].language == "md");
  CHECK(cells[2].text == "# Title");
  CHECK(cells[3].language == "run");
  CHECK(cells[3].text == "./shared/tables $x=\"1\"");
}

TEST_CASE("notebook: a text without separators is one cell") {
  const auto cells =
      split_cells("-- Databricks notebook source\nselect 1;\nselect 2\n", "SOURCE", "SQL");
  REQUIRE(cells.size() == 1);
  CHECK(cells[0].language == "sql");
  CHECK(cells[0].text == "select 1;\nselect 2");
}

TEST_CASE("notebook: other magics stay part of the cell") {
  const auto cells =
      split_cells("# Databricks notebook source\n# MAGIC %matplotlib inline\n", "SOURCE", "PYTHON");
  REQUIRE(cells.size() == 1);
  CHECK(cells[0].language == "python");
  CHECK(cells[0].text == "%matplotlib inline");
}

TEST_CASE("notebook: languages by extension") {
  CHECK(notebook_language("a/b.py") == "PYTHON");
  CHECK(notebook_language("b.sql") == "SQL");
  CHECK(notebook_language("b.scala") == "SCALA");
  CHECK(notebook_language("b.R") == "R");
  CHECK(notebook_language("b.ipynb") == "PYTHON");
  CHECK_FALSE(notebook_language("b.txt"));
  CHECK_FALSE(notebook_language("py"));
}

TEST_CASE("notebook: the first line tells a notebook from a file") {
  CHECK(is_notebook_source("# Databricks notebook source\nx", "PYTHON"));
  CHECK(is_notebook_source("\xEF\xBB\xBF# Databricks notebook source\r\nx", "PYTHON"));
  CHECK(is_notebook_source("// Databricks notebook source", "SCALA"));
  CHECK_FALSE(is_notebook_source("-- Databricks notebook source\n", "PYTHON"));
  CHECK_FALSE(is_notebook_source("\n# Databricks notebook source\n", "PYTHON"));
  CHECK_FALSE(is_notebook_source("", "PYTHON"));
}

TEST_CASE("notebook: normal form has Unix line ends and one newline at the end") {
  CHECK(normalise_notebook("\xEF\xBB\xBF"
                           "a\r\nb\rc\n\n\n") == "a\nb\nc\n");
  CHECK(normalise_notebook("") == "\n");
  const std::string once = normalise_notebook(kPython);
  CHECK(normalise_notebook(once) == once);
}

TEST_CASE("notebook: blank lines around a cell do not make another notebook") {
  const auto same = [](const char* a, const char* b) {
    return notebook_hash(a, "SOURCE", "PYTHON") == notebook_hash(b, "SOURCE", "PYTHON");
  };
  const char* spaced = "# Databricks notebook source\na\n\n\n# COMMAND ----------\n\nb\n";
  CHECK(same(spaced, "# Databricks notebook source\na\n\n# COMMAND ----------\n\nb"));
  CHECK_FALSE(same(spaced, "# Databricks notebook source\na\n\nb\n"));
  CHECK_FALSE(same(spaced, "# Databricks notebook source\na\n"));
  CHECK_FALSE(same("a\n\nb", "a\nb"));
}

TEST_CASE("notebook: a title is part of its cell, a comment that looks like one is code") {
  const auto hash = [](const std::string& cells) {
    return notebook_hash("# Databricks notebook source\n" + cells, "SOURCE", "PYTHON");
  };
  CHECK(hash("# DBTITLE 1,Old\nx\n") != hash("# DBTITLE 1,New\nx\n"));
  CHECK(hash("# DBTITLE 1,Old\nx\n") != hash("x\n"));
  CHECK(hash("x\n# DBTITLE 1,Old\n") != hash("x\n# DBTITLE 1,New\n"));
  CHECK(hash("\n\n# DBTITLE 1,Old\n\nx\n") == hash("# DBTITLE 1,Old\nx\n"));
  CHECK(hash("# MAGIC %md\n# MAGIC x\n") != hash("# MAGIC %md-sandbox\n# MAGIC x\n"));
}

namespace {

/// A document as an editor writes it: `cells` with the metadata of each left out.
std::string jupyter(const std::string& cells) {
  return R"({"cells": [)" + cells + R"(], "metadata": {}, "nbformat": 4, "nbformat_minor": 0})";
}

}  // namespace

TEST_CASE("notebook: a Jupyter document has the cells of the same source") {
  const std::string text = jupyter(
      R"({"cell_type": "markdown", "source": ["# Title\n", "more"]},)"
      R"({"cell_type": "code", "source": "%sql\nselect 1\n", "metadata":)"
      R"( {"application/vnd.databricks.v1+cell": {"title": "One", "showTitle": true}}},)"
      R"({"cell_type": "code", "source": []}, {"cell_type": "code", "source": ["\n", "x = 1"]})");
  const std::string source =
      "# Databricks notebook source\n# MAGIC %md\n# MAGIC # Title\n# MAGIC more\n"
      "# COMMAND ----------\n# DBTITLE 1,One\n# MAGIC %sql\n# MAGIC select 1\n"
      "# COMMAND ----------\nx = 1\n";
  CHECK(split_cells(text, "JUPYTER", "PYTHON") == split_cells(source, "SOURCE", "PYTHON"));
  CHECK(notebook_hash(text, "JUPYTER", "PYTHON") == notebook_hash(source, "SOURCE", "PYTHON"));
  CHECK(split_cells("{}", "JUPYTER", "PYTHON").size() == 1);
}

TEST_CASE("notebook: layout, metadata and outputs do not make another Jupyter notebook") {
  const auto same = [](const std::string& a, const std::string& b) {
    return notebook_hash(a, "JUPYTER", "PYTHON") == notebook_hash(b, "JUPYTER", "PYTHON");
  };
  const std::string plain = jupyter(R"({"cell_type": "code", "source": ["a\n", "b"]})");
  CHECK(same(plain, jupyter(R"({"cell_type":"code","execution_count":7,"source":"a\nb",)"
                            R"("id":"1f","outputs":[{"text":"7"}],"metadata":{"tags":[]}})")));
  CHECK_FALSE(same(plain, jupyter(R"({"cell_type": "code", "source": "a"})")));
  CHECK_FALSE(same(plain, jupyter(R"({"cell_type": "markdown", "source": "a\nb"})")));
  CHECK_FALSE(same("{1", "{2"));
}

TEST_CASE("notebook calls: %run has its place in the source") {
  const auto calls = find_notebook_calls(kPython, "PYTHON");
  REQUIRE(calls.size() == 1);
  CHECK(calls[0].path == "./shared/tables");
  CHECK(calls[0].is_run_magic);
  CHECK(calls[0].line == 17);
  CHECK(calls[0].column == 14);
}

TEST_CASE("notebook calls: %run in a SQL notebook, and with a quoted path") {
  CHECK(paths("-- Databricks notebook source\n-- MAGIC %run ../shared/tables\n", "SQL") ==
        Paths{"../shared/tables"});
  CHECK(paths("# MAGIC %run \"./with space\"\n") == Paths{"./with space"});
}

TEST_CASE("notebook calls: dbutils.notebook.run with a literal path") {
  const auto calls = find_notebook_calls(
      "# Databricks notebook source\nx = 1\ny = dbutils.notebook.run(\"./child\", 60, {})\n",
      "PYTHON");
  REQUIRE(calls.size() == 1);
  CHECK(calls[0].path == "./child");
  CHECK(calls[0].line == 3);
  CHECK(calls[0].column == 26);
  CHECK_FALSE(calls[0].is_run_magic);
  CHECK(paths("dbutils.notebook.run('./a', 1)") == Paths{"./a"});
  CHECK(paths("dbutils.notebook.run(\n    path='./a',  # why\n    timeout=1)") == Paths{"./a"});
  CHECK(paths("dbutils . notebook . run ( './a' )") == Paths{"./a"});
  CHECK(paths("f(dbutils.notebook.run('a', 1), dbutils.notebook.run('b', 1))") == Paths{"a", "b"});
}

TEST_CASE("notebook calls: computed paths are none") {
  CHECK(paths("dbutils.notebook.run(f'./{name}', 1)").empty());
  CHECK(paths("dbutils.notebook.run('./a' + name, 1)").empty());
  CHECK(paths("dbutils.notebook.run(name, 1)").empty());
  CHECK(paths("my.dbutils.notebook.run('./a', 1)").empty());
  CHECK(paths("dbutils.notebook.runner('./a', 1)").empty());
}

TEST_CASE("notebook calls: comments, strings and broken code are no calls") {
  CHECK(paths("# dbutils.notebook.run('./a', 1)").empty());
  CHECK(paths("x = \"dbutils.notebook.run('./a', 1)\"").empty());
  CHECK(paths("'''\ndbutils.notebook.run('./a', 1)\n'''").empty());
  CHECK(paths("dbutils.notebook.run('./a").empty());
  CHECK(paths("dbutils.notebook.run(").empty());
  CHECK(paths("x = 'it' # 's\ndbutils.notebook.run('./a', 1)") == Paths{"./a"});
  CHECK(paths("broken = 'no end\ndbutils.notebook.run('./a', 1)") == Paths{"./a"});
}

TEST_CASE("notebook calls: Scala comments and characters") {
  const char* const text =
      "// Databricks notebook source\nval c = '\"' // \"\n/* dbutils.notebook.run(\"./no\", 1) */\n"
      "dbutils.notebook.run(\"./yes\", 1)\n";
  CHECK(paths(text, "SCALA") == Paths{"./yes"});
}

TEST_CASE("notebook calls: python cells of a SQL notebook count, its SQL cells do not") {
  const char* const text =
      "-- Databricks notebook source\nselect 'dbutils.notebook.run(\"./no\", 1)'\n"
      "-- COMMAND ----------\n-- MAGIC %python\n-- MAGIC dbutils.notebook.run(\"./yes\", 1)\n";
  const auto calls = find_notebook_calls(text, "SQL");
  REQUIRE(calls.size() == 1);
  CHECK(calls[0].path == "./yes");
  CHECK(calls[0].line == 5);
  CHECK(calls[0].column == 31);
}

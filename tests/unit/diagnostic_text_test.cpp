#include "engine/report/diagnostic_text.hpp"

#include <doctest/doctest.h>

using namespace dbplan;

namespace {

Diagnostic at(int line, int column, int length, std::string source_line) {
  return {Diagnostic::Severity::Error,
          "Unknown field",
          {"specs/jobs.yml", line, column, length},
          std::move(source_line),
          "It is wrong. Do it right."};
}

/// The line with the carets.
std::string underline(const Diagnostic& diagnostic) {
  const std::string text = diagnostic_text(diagnostic, false);
  std::size_t begin = 0;
  for (int i = 0; i < 3; ++i) begin = text.find('\n', begin) + 1;
  return text.substr(begin, text.find('\n', begin) - begin);
}

}  // namespace

TEST_CASE("diagnostic text: summary, place, underlined line, detail") {
  CHECK(diagnostic_text(at(14, 9, 14, "        timout_seconds: 3600"), false) ==
        "error: Unknown field\n"
        "  specs/jobs.yml:14:9\n"
        "     14 |         timout_seconds: 3600\n"
        "        |         ^^^^^^^^^^^^^^\n"
        "  It is wrong. Do it right.\n");
}

TEST_CASE("diagnostic text: a problem without a line names the file alone") {
  CHECK(diagnostic_text(at(0, 0, 1, ""), false) ==
        "error: Unknown field\n  specs/jobs.yml\n  It is wrong. Do it right.\n");
}

TEST_CASE("diagnostic text: the caret stands right after tabs and wide characters") {
  CHECK(underline(at(1, 2, 1, "\tx: 1")) == "        |     ^");
  CHECK(underline(at(1, 4, 1, "ab\tx: 1")) == "        |     ^");
  CHECK(underline(at(1, 4, 2, "日本 ok")) == "        |      ^^");
  CHECK(underline(at(1, 1, 2, "日本 ok")) == "        | ^^^^");
  CHECK(underline(at(1, 3, 1, "e\xCC\x81x")) == "        |  ^");
}

TEST_CASE("diagnostic text: control characters are shown, never sent to the terminal") {
  const std::string text = diagnostic_text(at(1, 5, 1, "a: \x1b[31mred"), false);
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(text.find("⟨U+001B⟩") != std::string::npos);
  Diagnostic diagnostic = at(1, 1, 1, "x");
  diagnostic.detail = "\"\x1b]0;title\x07\" is no field.";
  CHECK(diagnostic_text(diagnostic, false).find('\x1b') == std::string::npos);
}

TEST_CASE("diagnostic text: a long line is cut around the part in question") {
  const std::string line = std::string(300, 'a') + "HERE" + std::string(300, 'b');
  const std::string text = diagnostic_text(at(1, 301, 4, line), false);
  CHECK(text.find("HERE") != std::string::npos);
  const std::size_t begin = text.find(" | ") + 3;
  const std::string shown = text.substr(begin, text.find('\n', begin) - begin);
  CHECK(shown.size() < 130);
  CHECK(underline(at(1, 301, 4, line)).ends_with(" ^^^^"));
}

TEST_CASE("diagnostic text: a column past the end still has a caret") {
  CHECK(underline(at(1, 40, 3, "ab")) == "        |   ^");
}

TEST_CASE("diagnostic text: colour only when asked, and always switched off again") {
  const std::string coloured = diagnostic_text(at(1, 1, 1, "x"), true);
  CHECK(coloured.find("\x1b[1;31m") != std::string::npos);
  CHECK(coloured.rfind("\x1b[0m") > coloured.rfind("\x1b[1;31m"));
}

TEST_CASE("diagnostic text: an empty line separates two problems") {
  Diagnostics problems;
  problems.add(at(0, 0, 1, ""));
  problems.add(at(0, 0, 1, ""));
  CHECK(diagnostics_text(problems, false).find(".\n\nerror: ") != std::string::npos);
}

#include "engine/report/diagnostic_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "engine/base/text.hpp"

namespace dbplan {
namespace {

constexpr std::size_t kTab = 4;      // columns; what editors show varies, so the caret decides
constexpr std::size_t kBefore = 64;  // columns of a long line that are shown before the part
constexpr std::size_t kWidest = 110;
constexpr std::size_t kDetail = 100;
constexpr std::size_t kRaw = 1000;  // bytes of a line that are looked at on each side

struct Colours {
  std::string_view error, warning, place, gutter, off;
};
constexpr Colours kPlain{"", "", "", "", ""};
constexpr Colours kColoured{"\x1b[1;31m", "\x1b[1;33m", "\x1b[1m", "\x1b[34m", "\x1b[0m"};

bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

// The byte where character `index` begins.
std::size_t byte_of(std::string_view text, std::size_t index) {
  for (std::size_t at = 0; at < text.size(); ++at)
    if (begins_character(text[at]) && index-- == 0) return at;
  return text.size();
}

/// The characters of `text` as they are shown from column `start` on: tabs as spaces.
std::string shown(std::string_view text, std::size_t start) {
  std::string result;
  while (!text.empty()) {
    const std::size_t tab = std::min(text.find('\t'), text.size());
    result += visible(text.substr(0, tab));
    if (tab < text.size()) result.append(kTab - (start + display_width(result)) % kTab, ' ');
    text.remove_prefix(std::min(tab + 1, text.size()));
  }
  return result;
}

/// Where the character that begins at `at` ends.
std::size_t end_of_character(std::string_view text, std::size_t at) {
  ++at;
  while (at < text.size() && !begins_character(text[at])) ++at;
  return at;
}

/// The last characters of `text` that fit into `width` columns.
std::string last_columns(const std::string& text, std::size_t width) {
  std::size_t left = display_width(text);
  if (left <= width) return text;
  std::size_t begin = 0;
  while (begin < text.size() && left >= width) {
    const std::size_t end = end_of_character(text, begin);
    left -= display_width(std::string_view(text).substr(begin, end - begin));
    begin = end;
  }
  return "…" + text.substr(begin);
}

std::string first_columns(const std::string& text, std::size_t width) {
  if (display_width(text) <= width) return text;
  std::size_t end = 0, used = 0;
  while (end < text.size()) {
    const std::size_t next = end_of_character(text, end);
    used += display_width(std::string_view(text).substr(end, next - end));
    if (used >= width) break;
    end = next;
  }
  return text.substr(0, end) + "…";
}

/// At most kRaw bytes, cut between characters: more than is shown, and a spec may be one line.
std::string_view first_bytes(std::string_view text) {
  std::size_t end = std::min(text.size(), kRaw);
  while (end < text.size() && !begins_character(text[end])) ++end;
  return text.substr(0, end);
}

std::string_view last_bytes(std::string_view text) {
  std::size_t begin = text.size() - std::min(text.size(), kRaw);
  while (begin < text.size() && !begins_character(text[begin])) ++begin;
  return text.substr(begin);
}

std::string excerpt(const Diagnostic& diagnostic, const Colours& colours) {
  const SourceRange& where = diagnostic.where;
  const std::string_view line = diagnostic.source_line;
  const auto column = static_cast<std::size_t>(std::max(where.column, 1) - 1);
  const std::size_t begin = byte_of(line, column);
  const std::size_t length =
      byte_of(line.substr(begin), static_cast<std::size_t>(std::max(where.length, 1)));
  const std::string all_before = shown(last_bytes(line.substr(0, begin)), 0);
  const std::size_t start = display_width(all_before);
  const std::string all_part = shown(first_bytes(line.substr(begin, length)), start);
  const std::string before = last_columns(all_before, kBefore);
  const std::string part = first_columns(all_part, kWidest - display_width(before));
  const std::size_t used = display_width(before) + display_width(part);
  const std::string after = first_columns(
      shown(first_bytes(line.substr(begin + length)), start + display_width(all_part)),
      used < kWidest ? kWidest - used : 1);
  const std::string number = std::to_string(where.line);
  const std::size_t gutter = std::max<std::size_t>(number.size(), 5);
  return fmt::format("  {}{:>{}} |{} {}{}{}\n  {}{:>{}} |{} {}{}{}{}\n", colours.gutter, number,
                     gutter, colours.off, before, part, after, colours.gutter, "", gutter,
                     colours.off, std::string(display_width(before), ' '), colours.error,
                     std::string(std::max<std::size_t>(display_width(part), 1), '^'), colours.off);
}

/// Words in lines of at most kDetail columns, indented by two.
std::string wrapped(const std::string& text) {
  std::string result, line;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::string word = text.substr(at, end - at);
    if (!line.empty() && display_width(line) + 1 + display_width(word) > kDetail - 2) {
      result += "  " + line + "\n";
      line.clear();
    }
    if (!line.empty()) line += ' ';
    line += word;
    at = end + 1;
  }
  return line.empty() ? result : result + "  " + line + "\n";
}

}  // namespace

std::string diagnostic_text(const Diagnostic& diagnostic, bool colour) {
  const Colours& colours = colour ? kColoured : kPlain;
  const bool is_error = diagnostic.severity == Diagnostic::Severity::Error;
  std::string text = fmt::format("{}{}:{} {}\n", is_error ? colours.error : colours.warning,
                                 is_error ? "error" : "warning", colours.off, diagnostic.summary);
  const SourceRange& where = diagnostic.where;
  if (!where.file.empty()) {
    text += fmt::format("  {}{}", colours.place, visible(where.file));
    if (where.line > 0) text += fmt::format(":{}:{}", where.line, std::max(where.column, 1));
    text += fmt::format("{}\n", colours.off);
  }
  if (where.line > 0 && !diagnostic.source_line.empty()) text += excerpt(diagnostic, colours);
  return text + wrapped(visible(diagnostic.detail));
}

std::string diagnostics_text(const Diagnostics& diagnostics, bool colour) {
  std::string text;
  for (const Diagnostic& diagnostic : diagnostics.entries()) {
    if (!text.empty()) text += '\n';
    text += diagnostic_text(diagnostic, colour);
  }
  return text;
}

}  // namespace dbplan

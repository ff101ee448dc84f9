#include "engine/spec/source_files.hpp"

#include <algorithm>

namespace dbplan {
namespace {

bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

int characters(std::string_view text) {
  return static_cast<int>(std::ranges::count_if(text, begins_character));
}

// Whether a "{" or "[" is still open at the end of `before`; "${" opens a reference, not a map.
bool in_flow(std::string_view before) {
  int open = 0;
  for (std::size_t i = 0; i < before.size(); ++i) {
    const char c = before[i];
    if (c == '[' || (c == '{' && (i == 0 || before[i - 1] != '$'))) ++open;
    if (c == ']' || c == '}') --open;
  }
  return open > 0;
}

// Plain text inside braces ends at a comma or at the brace that closes them.
std::size_t flow_end(std::string_view rest) {
  int open = 0;
  for (std::size_t i = 0; i < rest.size(); ++i) {
    if (rest[i] == '{' || rest[i] == '[') ++open;
    if ((rest[i] == '}' || rest[i] == ']') && --open < 0) return i;
    if (rest[i] == ',' && open == 0) return i;
  }
  return rest.size();
}

std::size_t quoted_end(std::string_view rest) {
  const char quote = rest[0];
  for (std::size_t i = 1; i < rest.size(); ++i) {
    if (quote == '"' && rest[i] == '\\')
      ++i;
    else if (rest[i] == quote)
      return i + 1;
  }
  return rest.size();
}

// The length in bytes of the token at `column` of `line`: a quoted string, a bracket, or plain
// text up to a colon, a comment or the end of the line.
std::size_t token_length(std::string_view line, std::size_t column) {
  const std::string_view rest = line.substr(column);
  if (rest.empty()) return 0;
  const char first = rest[0];
  if (first == '"' || first == '\'') return quoted_end(rest);
  if (first == '[' || first == '{' || first == '|' || first == '>') return 1;
  if (rest.starts_with("- ")) return 1;
  std::size_t end = std::min({rest.find(": "), rest.find(" #"), rest.size()});
  if (in_flow(line.substr(0, column))) end = std::min(end, flow_end(rest));
  while (end > 1 && (rest[end - 1] == ' ' || rest[end - 1] == ':')) --end;
  return std::max<std::size_t>(end, 1);
}

}  // namespace

std::uint32_t SourceFiles::add(std::string path, std::string display, std::string text) {
  std::vector<std::size_t> lines{0};
  for (std::size_t i = text.find('\n'); i != std::string::npos; i = text.find('\n', i + 1))
    lines.push_back(i + 1);
  files_.push_back({std::move(path), std::move(display), std::move(text), std::move(lines)});
  return static_cast<std::uint32_t>(files_.size() - 1);
}

std::string_view SourceFiles::line(Place place) const {
  if (place.line == 0 || place.file >= files_.size()) return {};
  const File& file = files_[place.file];
  if (place.line > file.lines.size()) return {};
  const std::size_t begin = file.lines[place.line - 1];
  const std::size_t end = std::min(file.text.find('\n', begin), file.text.size());
  std::string_view line = std::string_view(file.text).substr(begin, end - begin);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

SourceRange SourceFiles::range(Place place, std::string_view part) const {
  SourceRange range;
  if (place.file < files_.size()) range.file = files_[place.file].display;
  if (place.line == 0) return range;
  range.line = static_cast<int>(place.line);
  const std::string_view text = line(place);
  std::size_t column = std::min<std::size_t>(place.column == 0 ? 0 : place.column - 1, text.size());
  std::size_t length = token_length(text, column);
  if (!part.empty()) {
    // A part that was changed on its way (escapes, folded lines) is not found: the whole is shown.
    const std::size_t found = text.find(part, column);
    if (found != std::string_view::npos) {
      column = found;
      length = part.size();
    }
  }
  range.column = characters(text.substr(0, column)) + 1;
  range.length = std::max(1, characters(text.substr(column, length)));
  return range;
}

void Reporter::error(Place place, std::string_view summary, std::string detail,
                     std::string_view part) {
  add(Diagnostic::Severity::Error, place, summary, std::move(detail), part);
}

void Reporter::warning(Place place, std::string_view summary, std::string detail,
                       std::string_view part) {
  add(Diagnostic::Severity::Warning, place, summary, std::move(detail), part);
}

void Reporter::add(Diagnostic::Severity severity, Place place, std::string_view summary,
                   std::string detail, std::string_view part) {
  problems_.add({severity, std::string(summary), files_.range(place, part),
                 std::string(files_.line(place)), std::move(detail)});
}

std::string Reporter::name(Place place) const {
  const SourceRange range = files_.range(place);
  return place.line == 0 ? range.file : range.file + ":" + std::to_string(range.line);
}

std::string suggestion(std::string_view word, const std::vector<std::string>& candidates) {
  const std::string near = nearest(word, candidates);
  return near.empty() ? "" : " Did you mean " + in_quotes(near) + "?";
}

std::string in_quotes(std::string_view text) {
  std::string result(1, '"');
  result += text;
  return result += '"';
}

}  // namespace dbplan

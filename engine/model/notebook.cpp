#include "engine/model/notebook.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "engine/base/digest.hpp"
#include "engine/base/jupyter.hpp"

namespace dbplan {
namespace {

constexpr std::string_view kHeader = "Databricks notebook source";
constexpr std::string_view kSeparator = "COMMAND ----------";
constexpr std::string_view kMagic = "MAGIC";
constexpr std::string_view kTitle = "DBTITLE";

// "#", "--" or "//": what begins a comment line in the notebook's language.
std::string_view comment_of(std::string_view language) {
  if (language == "SQL") return "--";
  if (language == "SCALA") return "//";
  return "#";
}

// The languages of cells, and their magics where those have another name.
constexpr std::array<std::pair<std::string_view, std::string_view>, 10> kMagics{{
    {"%python", "python"},
    {"%sql", "sql"},
    {"%scala", "scala"},
    {"%r", "r"},
    {"%md", "md"},
    {"%md-sandbox", "md-sandbox"},
    {"%sh", "sh"},
    {"%fs", "fs"},
    {"%pip", "pip"},
    {"%run", "run"},
}};

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return result;
}

/// A line of a cell and where its text begins in the source.
struct Line {
  std::string_view text;
  int number = 1;
  int column = 1;
};

/// A cell before its magic is read.
struct RawCell {
  std::string title;
  std::vector<Line> lines;
};

/// "# WORD rest" -> "rest"; nothing if the line is no such comment.
std::optional<std::string_view> after_comment(std::string_view line, std::string_view comment,
                                              std::string_view word) {
  if (!line.starts_with(comment)) return std::nullopt;
  line.remove_prefix(comment.size());
  if (!line.starts_with(' ') || !line.substr(1).starts_with(word)) return std::nullopt;
  line.remove_prefix(1 + word.size());
  if (line.empty()) return line;
  if (line[0] != ' ') return std::nullopt;
  return line.substr(1);
}

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r") == text.npos; }

bool is_blank(const Line& line) { return is_blank(line.text); }

/// Cuts blank lines off the ends; cells without any other line are none.
void trim(std::vector<RawCell>& cells) {
  for (auto& [title, lines] : cells) {
    while (!lines.empty() && is_blank(lines.back())) lines.pop_back();
    lines.erase(lines.begin(),
                std::ranges::find_if_not(lines, [](const Line& line) { return is_blank(line); }));
  }
  std::erase_if(cells, [](const RawCell& cell) { return cell.lines.empty(); });
}

std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

/// The cells of a source text, without separators and the header.
std::vector<RawCell> source_cells(std::string_view text, std::string_view language) {
  const std::string_view comment = comment_of(language);
  std::vector<RawCell> cells(1);
  for (int number = 1; !text.empty(); ++number) {
    const std::string_view line = take_line(text);
    if (number == 1 && after_comment(line, comment, kHeader)) continue;
    if (const auto rest = after_comment(line, comment, kSeparator); rest && is_blank(*rest)) {
      cells.emplace_back();
      continue;
    }
    auto& [title, lines] = cells.back();
    const bool is_first = std::ranges::all_of(lines, [](const Line& l) { return is_blank(l); });
    if (const auto rest = after_comment(line, comment, kTitle); rest && is_first && title.empty()) {
      title = *rest;
    } else if (const auto magic = after_comment(line, comment, kMagic)) {
      lines.push_back({*magic, number, static_cast<int>(line.size() - magic->size()) + 1});
    } else {
      lines.push_back({line, number, 1});
    }
  }
  trim(cells);
  return cells;
}

/// The code and text cells of a Jupyter document; their lines look into it.
std::vector<RawCell> jupyter_cells(const JupyterNotebook& notebook) {
  std::vector<RawCell> cells;
  for (const JupyterCell& cell : notebook.cells) {
    RawCell raw{.title = cell.title, .lines = {}};
    std::string_view rest = cell.source;
    for (int number = 1; !rest.empty(); ++number) raw.lines.push_back({take_line(rest), number, 1});
    if (!cell.is_code) raw.lines.insert(raw.lines.begin(), Line{"%md", 1, 1});
    cells.push_back(std::move(raw));
  }
  trim(cells);
  return cells;
}

/// The language that a magic at the beginning of `line` names, and its length; or nothing.
std::optional<std::pair<std::string_view, std::size_t>> magic_of(std::string_view line) {
  const std::size_t begin = std::min(line.find_first_not_of(" \t"), line.size());
  const std::size_t end = std::min(line.find_first_of(" \t", begin), line.size());
  const std::string_view word = line.substr(begin, end - begin);
  for (const auto& [magic, language] : kMagics)
    if (word == magic) return std::pair{language, end};
  return std::nullopt;
}

/// Takes the magic off the first line; the cell's language.
std::string take_magic(std::vector<Line>& lines, std::string_view language) {
  Line& first = lines.front();
  const auto magic = magic_of(first.text);
  if (!magic) return lower(language);
  std::size_t cut = magic->second;
  if (cut < first.text.size()) ++cut;  // one space
  first.text.remove_prefix(cut);
  first.column += static_cast<int>(cut);
  return std::string(magic->first);
}

std::string joined(const std::vector<Line>& lines) {
  std::string text;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i > 0) text += '\n';
    text += lines[i].text;
  }
  return text;
}

std::vector<Cell> finished(std::vector<RawCell> raw, std::string_view language) {
  std::vector<Cell> cells;
  for (auto& [title, lines] : raw) {
    std::string cell_language = take_magic(lines, language);
    if (is_blank(lines.front()) && lines.size() > 1 && cell_language != "python")
      lines.erase(lines.begin());
    cells.push_back(
        {.language = std::move(cell_language), .text = joined(lines), .title = std::move(title)});
  }
  return cells;
}

// --- finding calls -------------------------------------------------------------------------------

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

/// A string literal in code.
struct Literal {
  std::string value;
  std::size_t end = 0;    // past the closing quote
  bool is_plain = false;  // no prefix that computes (f"...") or changes its type (b"...")
};

/// Reads code just far enough to tell strings and comments from the rest.
class CodeScanner {
 public:
  CodeScanner(std::string_view code, bool is_python) : code_(code), is_python_(is_python) {}

  /// The next `dbutils.notebook.run(` with a literal first argument: the literal's offset and
  /// value.
  std::optional<std::pair<std::size_t, std::string>> next_call() {
    while (at_ < code_.size()) {
      if (skip_comment()) continue;
      if (const auto literal = literal_at(at_)) {
        at_ = literal->end;
      } else if (is_word(code_[at_])) {
        const std::size_t begin = at_;
        while (at_ < code_.size() && is_word(code_[at_])) ++at_;
        const bool is_member = begin > 0 && code_[begin - 1] == '.';
        if (!is_member && code_.substr(begin, at_ - begin) == "dbutils")
          if (auto call = argument()) return call;
      } else {
        ++at_;
      }
    }
    return std::nullopt;
  }

 private:
  bool skip_comment() {
    const std::string_view rest = code_.substr(at_);
    if (is_python_ ? rest.starts_with('#') : rest.starts_with("//")) {
      at_ = std::min(code_.find('\n', at_), code_.size());
      return true;
    }
    if (!is_python_ && rest.starts_with("/*")) {
      const std::size_t end = code_.find("*/", at_ + 2);
      at_ = end == std::string_view::npos ? code_.size() : end + 2;
      return true;
    }
    return false;
  }

  // A literal at `from`, with its prefix letters; nothing if there is none.
  std::optional<Literal> literal_at(std::size_t from) const {
    std::size_t begin = from;
    while (begin < code_.size() && begin < from + 2 &&
           std::string_view("rRbBfFuUs").find(code_[begin]) != std::string_view::npos)
      ++begin;
    if (begin > from && from > 0 && is_word(code_[from - 1])) return std::nullopt;
    if (begin >= code_.size() || (code_[begin] != '"' && code_[begin] != '\'')) return std::nullopt;
    if (!is_python_ && code_[begin] == '\'') return std::nullopt;  // a Scala character
    const std::string_view prefix = code_.substr(from, begin - from);
    Literal literal;
    literal.is_plain = prefix.find_first_of("bBfFs") == std::string_view::npos;
    const bool is_raw = prefix.find_first_of("rR") != std::string_view::npos;
    const std::string triple(3, code_[begin]);
    const bool is_triple = code_.substr(begin).starts_with(triple);
    const std::string_view quote = code_.substr(begin, is_triple ? 3 : 1);
    std::size_t at = begin + quote.size();
    while (at < code_.size() && !code_.substr(at).starts_with(quote)) {
      if (!is_triple && code_[at] == '\n') break;  // broken code: the string ends with its line
      if (code_[at] == '\\' && at + 1 < code_.size()) {
        if (is_raw) literal.value += code_[at];
        ++at;
      }
      literal.value += code_[at++];
    }
    literal.end = std::min(at + quote.size(), code_.size());
    return literal;
  }

  void skip_space() {
    while (at_ < code_.size() &&
           (std::string_view(" \t\n\\").find(code_[at_]) != std::string_view::npos ||
            code_[at_] == '#')) {
      if (code_[at_] != '#' || !skip_comment()) ++at_;
    }
  }

  bool take(std::string_view token) {
    skip_space();
    if (!code_.substr(at_).starts_with(token)) return false;
    at_ += token.size();
    return true;
  }

  // After "dbutils": ".notebook.run(", perhaps "path=", and a literal that is the whole argument.
  std::optional<std::pair<std::size_t, std::string>> argument() {
    if (!take(".") || !take("notebook") || !take(".") || !take("run") || !take("("))
      return std::nullopt;
    const std::size_t before = at_;
    if (!take("path") || !take("=")) at_ = before;
    skip_space();
    const std::size_t begin = at_;
    auto literal = literal_at(at_);
    if (!literal) return std::nullopt;
    at_ = literal->end;
    skip_space();
    const bool is_whole = at_ < code_.size() && (code_[at_] == ',' || code_[at_] == ')');
    if (!literal->is_plain || !is_whole) return std::nullopt;
    return std::pair{begin, std::move(literal->value)};
  }

  std::string_view code_;
  bool is_python_;
  std::size_t at_ = 0;
};

int characters(std::string_view text) {
  return static_cast<int>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

/// `%run ./child $name="value"`: the path, perhaps in quotes.
std::optional<NotebookCall> run_magic(const std::vector<Line>& lines) {
  for (const Line& line : lines) {
    std::string_view text = line.text;
    const std::size_t begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos) continue;
    text.remove_prefix(begin);
    const bool is_quoted = text[0] == '"' || text[0] == '\'';
    const std::size_t end = is_quoted ? text.find(text[0], 1) : text.find_first_of(" \t");
    const std::string_view path =
        is_quoted ? text.substr(1, std::min(end, text.size()) - 1) : text.substr(0, end);
    return NotebookCall{std::string(path), line.number,
                        line.column + characters(line.text.substr(0, begin)), true};
  }
  return std::nullopt;
}

void find_in_code(const std::vector<Line>& lines, bool is_python,
                  std::vector<NotebookCall>& calls) {
  const std::string code = joined(lines);
  CodeScanner scanner(code, is_python);
  while (const auto call = scanner.next_call()) {
    const std::string_view before = std::string_view(code).substr(0, call->first);
    const auto index = static_cast<std::size_t>(std::ranges::count(before, '\n'));
    const std::string_view in_line = before.substr(before.rfind('\n') + 1);
    calls.push_back(
        {call->second, lines[index].number, lines[index].column + characters(in_line), false});
  }
}

}  // namespace

std::optional<std::string> notebook_language(std::string_view path) {
  if (path.ends_with(".py") || path.ends_with(".ipynb")) return "PYTHON";
  if (path.ends_with(".sql")) return "SQL";
  if (path.ends_with(".scala")) return "SCALA";
  if (path.ends_with(".r") || path.ends_with(".R")) return "R";
  return std::nullopt;
}

bool is_notebook_source(std::string_view text, std::string_view language) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  std::string_view line = text.substr(0, text.find('\n'));
  while (line.ends_with('\r') || line.ends_with(' ')) line.remove_suffix(1);
  return after_comment(line, comment_of(language), kHeader) == "";
}

std::string normalise_notebook(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  std::string result;
  result.reserve(text.size() + 1);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r')
      result += text[i];
    else if (i + 1 == text.size() || text[i + 1] != '\n')
      result += '\n';
  }
  while (result.ends_with('\n')) result.pop_back();
  return result + '\n';
}

std::vector<Cell> split_cells(std::string_view text, std::string_view format,
                              std::string_view language) {
  if (format != "JUPYTER") return finished(source_cells(text, language), language);
  const auto document = read_jupyter(text);
  if (!document) return {{.language = "json", .text = std::string(text), .title = {}}};
  return finished(jupyter_cells(*document), language);
}

std::string notebook_hash(std::string_view text, std::string_view format,
                          std::string_view language) {
  std::string cells;
  cells.reserve(text.size());
  for (const Cell& cell : split_cells(text, format, language)) {
    cells += cell.language;
    if (!cell.title.empty()) cells += '\1' + cell.title;
    cells += '\0' + cell.text + '\0';
  }
  return sha256_hex(cells);
}

std::vector<NotebookCall> find_notebook_calls(std::string_view text, std::string_view language) {
  std::vector<NotebookCall> calls;
  for (auto& [title, lines] : source_cells(text, language)) {
    const std::string cell_language = take_magic(lines, language);
    if (cell_language == "run") {
      if (auto call = run_magic(lines)) calls.push_back(std::move(*call));
    } else if (cell_language == "python" || cell_language == "scala") {
      find_in_code(lines, cell_language == "python", calls);
    }
  }
  return calls;
}

}  // namespace dbplan

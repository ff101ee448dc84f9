#include "engine/spec/interpolate.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/fuzz/targets.hpp"

namespace dbplan::fuzz {
namespace {

/// Maps and lists that references can lead into.
const Node* shapes(Arena& arena, const Node* leaf) {
  const Node* const items[] = {leaf, leaf};
  const Member members[] = {{"list", {}, arena.list(items, {})}, {"leaf", {}, leaf}};
  return arena.map(members, {});
}

}  // namespace

/// Lines "name=value" define variables, the last line is the text to fill in. What was filled in
/// without a complaint holds nothing more to fill in.
void fuzz_interpolation(std::string_view input) {
  SourceFiles files;
  const std::uint32_t file = files.add("dbplan.yml", "dbplan.yml", std::string(input));
  Diagnostics problems;
  Reporter report(files, problems);
  Arena arena;
  Interpolator variables(arena, report, false);
  const Place place{file, 1, 1};
  std::string_view line = take_line(input);
  for (int count = 0; !input.empty() && count < 50; ++count, line = take_line(input)) {
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    const Node* value = arena.scalar(line.substr(equals + 1), Node::Style::Plain, place);
    const std::string name(line.substr(0, equals));
    variables.define("var." + name, name.starts_with("map") ? shapes(arena, value) : value);
  }
  variables.define("bundle.name", arena.scalar("b", Node::Style::Plain, place));
  const Node* text = arena.scalar(arena.text(line), Node::Style::Plain, place);
  const Node* filled = variables.apply(text);
  demand(filled != nullptr, "there is always a value");
  if (line.find("${") == std::string_view::npos)
    demand(filled == text, "a text without references stays the same node");
  for (const Diagnostic& problem : problems.entries())
    demand(!problem.summary.empty() && !problem.detail.empty(), "a problem is explained");
  if (!problems.empty() || !filled->is_scalar()) return;
  const Node* again = variables.apply(filled);
  if (problems.empty() && again->is_scalar() && line.find("${var.") == std::string_view::npos)
    demand(again->text == filled->text, "filling in twice is filling in once");
}

}  // namespace dbplan::fuzz

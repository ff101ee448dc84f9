#include "engine/bench/json_path.hpp"

#include <fmt/format.h>

#include <charconv>

namespace dbplan::bench {

Result<JsonPath> JsonPath::parse(std::string_view text) {
  const auto refuse = [text](std::string_view why) {
    return fail(Error::Code::Invalid, fmt::format("\"{}\" is no path: {}", text, why));
  };
  if (!text.starts_with("$")) return refuse("it has to begin with $");
  JsonPath path;
  std::string_view rest = text.substr(1);
  while (!rest.empty()) {
    std::string_view part;
    if (rest.front() == '.') {
      const std::size_t end = std::min(rest.find_first_of(".[", 1), rest.size());
      part = rest.substr(1, end - 1);
      rest.remove_prefix(end);
      if (part.empty()) return refuse("a name is missing after a dot");
      path.steps_.push_back(part == "*" ? Step{Step::Kind::All, "", 0}
                                        : Step{Step::Kind::Member, std::string(part), 0});
      continue;
    }
    const std::size_t end = rest.find(']');
    if (rest.front() != '[' || end == std::string_view::npos)
      return refuse("expected .name, ['name'], [number] or [*]");
    part = rest.substr(1, end - 1);
    rest.remove_prefix(end + 1);
    Step step{Step::Kind::Index, "", 0};
    const auto [last, error] = std::from_chars(part.data(), part.data() + part.size(), step.index);
    if (part == "*") {
      step.kind = Step::Kind::All;
    } else if (part.size() > 2 && (part.front() == '\'' || part.front() == '"') &&
               part.back() == part.front()) {
      step = {Step::Kind::Member, std::string(part.substr(1, part.size() - 2)), 0};
    } else if (error != std::errc() || last != part.data() + part.size()) {
      return refuse("expected .name, ['name'], [number] or [*]");
    }
    path.steps_.push_back(std::move(step));
  }
  return path;
}

std::vector<JsonPath::Match> JsonPath::select(const Json& document) const {
  std::vector<Match> matches = {{"", &document}};
  for (const Step& step : steps_) {
    std::vector<Match> next;
    for (const Match& match : matches) {
      const Json& value = *match.value;
      if (step.kind == Step::Kind::Member) {
        if (const auto found = value.find(step.name); value.is_object() && found != value.end())
          next.push_back({step.name, &*found});
      } else if (step.kind == Step::Kind::Index) {
        if (value.is_array() && step.index < value.size())
          next.push_back({std::to_string(step.index), &value[step.index]});
      } else if (value.is_object()) {
        for (const auto& [key, member] : value.items()) next.push_back({key, &member});
      } else if (value.is_array()) {
        for (std::size_t i = 0; i < value.size(); ++i)
          next.push_back({std::to_string(i), &value[i]});
      }
    }
    matches = std::move(next);
  }
  return matches;
}

}  // namespace dbplan::bench

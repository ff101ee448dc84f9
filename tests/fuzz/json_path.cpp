#include "engine/bench/json_path.hpp"

#include "tests/fuzz/check.hpp"
#include "tests/fuzz/targets.hpp"

namespace dbplan::fuzz {

/// The first line is the path, the rest the document. What a path finds stands in the document.
void fuzz_json_path(std::string_view input) {
  const auto path = bench::JsonPath::parse(take_line(input));
  const Json document = parse_json(input).value_or(
      Json{{"a", {{"b", {1, 2, {{"c", nullptr}}}}}}, {"d", Json::array()}, {"", "x"}});
  if (!path) return demand(!path.error().message.empty(), "a refusal says why");
  const std::string whole = canonical(document);
  for (const auto& match : path->select(document))
    demand(whole.find(canonical(*match.value)) != std::string::npos,
           "a match is a part of the document");
}

}  // namespace dbplan::fuzz

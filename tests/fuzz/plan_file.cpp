#include "engine/plan/plan_file.hpp"

#include "tests/fuzz/check.hpp"
#include "tests/fuzz/targets.hpp"

namespace dbplan::fuzz {
namespace {

PlanSeal seal_of(std::string_view text) {
  PlanSeal seal;
  for (std::string* part : {&seal.spec_path, &seal.bundle, &seal.target, &seal.root_path,
                            &seal.host, &seal.desired, &seal.changes})
    *part = std::string(take_line(text));
  while (!text.empty()) {
    const std::string key(take_line(text));
    seal.fingerprints[key] = std::string(take_line(text));
  }
  return seal;
}

}  // namespace

/// The input is a file to read, and the parts of a seal: one that is written can be read and is
/// the same; one changed byte is seen.
void fuzz_plan_file(std::string_view input) {
  const auto read = read_plan_file(std::string(input));
  if (!read) demand(!read.error().message.empty(), "a refusal says why");

  const Json text = std::string(input);  // seals are UTF-8, as specs are
  if (parse_json(canonical(text)).value_or(Json()) != text) return;
  const PlanSeal seal = seal_of(input);
  const std::string written = pretty(plan_file_json({{"changes", Json::array()}}, seal));
  const auto again = read_plan_file(written);
  demand(again.has_value(), "what was written can be read");
  const auto once_more = read_plan_file(pretty(plan_file_json(Json::object(), *again)));
  demand(once_more && stale_reason(*again, *once_more).empty(), "the same seal is not stale");

  std::string damaged = written;
  const std::size_t at = damaged.find("\"changes\"") + 2;
  damaged[at] = 'x';
  demand(!read_plan_file(damaged), "damage is seen");
}

}  // namespace dbplan::fuzz

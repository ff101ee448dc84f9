#include "engine/base/text.hpp"

#include "engine/base/digest.hpp"
#include "engine/base/json.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/fuzz/targets.hpp"

namespace dbplan::fuzz {

/// What is shown holds nothing that a terminal would act on, and codings can be undone.
void fuzz_text(std::string_view input) {
  const std::string shown = visible(input, true);
  for (const char c : shown)
    demand(static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t',
           "no control character is shown");
  demand(visible(shown, true) == shown, "what is visible stays as it is");
  demand(display_width(padded(shown, 20)) >= 20 || shown.find('\n') != shown.npos,
         "padded text is as wide as asked");
  demand(base64_decode(base64_encode(input)).value_or("?") == input, "base64 can be undone");
  demand(gunzip(gzip(input), input.size() + 1).value_or("?") == input, "gzip can be undone");
  (void)base64_decode(input);
  (void)gunzip(input, 1u << 20);

  const auto json = parse_json(input);
  if (!json) return;
  const std::string once = canonical(*json);
  const auto again = parse_json(once);
  demand(again.has_value(), "canonical text can be read");
  demand(canonical(*again) == once, "the canonical form is its own");
  demand(parse_json(pretty(*json)).value_or("?") == *again, "indented text is the same value");
}

}  // namespace dbplan::fuzz

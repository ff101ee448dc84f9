#include "engine/cli/connection.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/fuzz/targets.hpp"

namespace dbplan::fuzz {

/// A profile file: what is read, written again, reads the same. A host's normal form is stable.
void fuzz_profiles(std::string_view input) {
  const auto profiles = parse_profiles(std::string(input));
  std::string written;
  bool plain = true;
  for (const auto& [section, values] : profiles) {
    written += "[" + section + "]\n";
    for (const auto& [key, value] : values) {
      written += key + "=" + value + "\n";
      plain = plain && !key.empty() && key.front() != '[' && value.find(" #") == value.npos &&
              key.front() != '#' && key.front() != ';';
      const std::string host = normalise_host(value);
      demand(normalise_host(host) == host, "a host's normal form is its own");
    }
  }
  if (plain) demand(parse_profiles(written) == profiles, "written and read again it is the same");
}

}  // namespace dbplan::fuzz

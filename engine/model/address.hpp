#pragma once

#include <compare>
#include <string>

namespace dbplan {

/// The user's name for a thing: kind and key as written below `resources`, e.g. "jobs.nightly".
struct Address {
  std::string kind;  // plural, as in the spec: "jobs"
  std::string key;   // taken literally

  std::string text() const { return kind + "." + key; }
  auto operator<=>(const Address&) const = default;
};

}  // namespace dbplan

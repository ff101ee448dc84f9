#include "tests/faults/fault.hpp"

#include <algorithm>
#include <array>

namespace dbplan::faults {
namespace {

using Kind = Fault::Kind;

constexpr std::array kFaults = {
    Fault{.name = "refused", .kind = Kind::Refused, .harmless = true},
    Fault{"refused from here on", Kind::Refused, false, true},
    Fault{"reset", Kind::Lost},
    Fault{"answer lost", Kind::Lost, true},
    Fault{"answers lost from here on", Kind::Lost, true, true},
    Fault{"time-out", Kind::Silent},
    Fault{"time-out after the effect", Kind::Silent, true},
    Fault{"429", Kind::Status, false, false, 429, "REQUEST_LIMIT_EXCEEDED", "3", true},
    Fault{"429 for 90 s", Kind::Status, false, false, 429, "REQUEST_LIMIT_EXCEEDED", "90", true},
    Fault{"429 from here on", Kind::Status, false, true, 429, "REQUEST_LIMIT_EXCEEDED", "30"},
    Fault{"500", Kind::Status, false, false, 500, "INTERNAL_ERROR"},
    Fault{"500 after the effect", Kind::Status, true, false, 500, "INTERNAL_ERROR"},
    Fault{"503", Kind::Status, false, false, 503, "TEMPORARILY_UNAVAILABLE"},
    Fault{"503 after the effect", Kind::Status, true, false, 503, "TEMPORARILY_UNAVAILABLE"},
    Fault{"503 from here on", Kind::Status, false, true, 503, "TEMPORARILY_UNAVAILABLE"},
    Fault{"truncated", Kind::Truncated, true},
    Fault{"not JSON", Kind::NotJson, true},
    Fault{"stale read", Kind::Stale, true},
    Fault{"killed before", Kind::Kill},
    Fault{"killed after", Kind::Kill, true},
    Fault{"token expired", Kind::Status, false, true, 403, "PERMISSION_DENIED"},
};

constexpr std::array kUnwinnable = {
    Fault{"lost, then not shown", Kind::LostAndStale, true},
    Fault{"done after the look", Kind::Late},
    Fault{"done after the end", Kind::LateAtEnd},
};

}  // namespace

std::span<const Fault> all_faults() { return kFaults; }
std::span<const Fault> unwinnable_faults() { return kUnwinnable; }

const Fault* find_fault(std::string_view name) {
  const auto found = std::ranges::find(kFaults, name, &Fault::name);
  if (found != kFaults.end()) return &*found;
  const auto other = std::ranges::find(kUnwinnable, name, &Fault::name);
  return other == kUnwinnable.end() ? nullptr : &*other;
}

}  // namespace dbplan::faults

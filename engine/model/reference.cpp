#include "engine/model/reference.hpp"

#include <algorithm>
#include <charconv>

namespace dbplan {
namespace {

constexpr std::string_view kOpen = "${resources.";

void collect(const Json& value, std::vector<Address>& addresses) {
  if (value.is_string())
    for (ResourceReference& found : find_references(value.get_ref<const std::string&>()))
      addresses.push_back(std::move(found.address));
  if (value.is_structured())
    for (const Json& item : value) collect(item, addresses);
}

std::string substitute_text(const std::string& text, const IdLookup& lookup) {
  std::string result;
  std::size_t done = 0;
  for (const ResourceReference& reference : find_references(text)) {
    const auto value = lookup(reference);
    if (!value) continue;
    result += text.substr(done, reference.begin - done) + *value;
    done = reference.end;
  }
  return result + text.substr(done);
}

/// Replaces in place, so that a body is walked once.
void substitute_in(Json& value, bool job_id, const IdLookup& lookup) {
  if (value.is_object()) {
    for (auto& [name, item] : value.items()) substitute_in(item, name == "job_id", lookup);
  } else if (value.is_array()) {
    for (Json& item : value) substitute_in(item, false, lookup);
  } else if (holds_reference(value)) {
    const std::string text = substitute_text(value.get_ref<const std::string&>(), lookup);
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool is_number = error == std::errc() && end == text.data() + text.size();
    value = job_id && is_number ? Json(number) : Json(text);
  }
}

}  // namespace

std::vector<ResourceReference> find_references(std::string_view text) {
  std::vector<ResourceReference> found;
  for (std::size_t begin = text.find(kOpen); begin != std::string_view::npos;
       begin = text.find(kOpen, begin + 1)) {
    const std::size_t close = text.find('}', begin);
    if (close == std::string_view::npos) break;
    const std::string_view inner = text.substr(begin + kOpen.size(), close - begin - kOpen.size());
    const std::size_t first = inner.find('.'), last = inner.rfind('.');
    if (first == std::string_view::npos || first == last) continue;
    found.push_back({.address = {std::string(inner.substr(0, first)),
                                 std::string(inner.substr(first + 1, last - first - 1))},
                     .field = std::string(inner.substr(last + 1)),
                     .begin = begin,
                     .end = close + 1});
  }
  return found;
}

std::vector<Address> referenced_addresses(const Json& body) {
  std::vector<Address> addresses;
  collect(body, addresses);
  std::ranges::sort(addresses);
  const auto repeats = std::ranges::unique(addresses);
  addresses.erase(repeats.begin(), repeats.end());
  return addresses;
}

Json substitute(const Json& body, const IdLookup& lookup) {
  Json result = body;
  substitute_in(result, false, lookup);
  return result;
}

bool holds_reference(const Json& value) {
  return value.is_string() && value.get_ref<const std::string&>().find(kOpen) != std::string::npos;
}

}  // namespace dbplan

#include "engine/model/stamp.hpp"

#include <algorithm>

#include "engine/base/digest.hpp"

namespace dbplan {
namespace {

constexpr std::size_t kLongest = 200;

bool tag_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("+-=._:/@").find(c) != std::string_view::npos;
}

/// "tags.custom_tags" as a place in a body.
Json::json_pointer place_of(const Kind& kind) {
  std::string text = "/" + std::string(kind.stamp_field);
  std::ranges::replace(text, '.', '/');
  return Json::json_pointer(text);
}

}  // namespace

std::string stamp_prefix(std::string_view root_path) {
  return sha256_hex(root_path).substr(0, 8) + ".";
}

std::string stamp_of(std::string_view root_path, const Address& address) {
  const std::string text = address.text();
  const bool fits = text.size() <= kLongest && std::ranges::all_of(text, tag_character);
  return stamp_prefix(root_path) + (fits ? text : "sha256:" + sha256_hex(text).substr(0, 32));
}

std::string stamp_in(const Kind& kind, const Json& body) {
  if (kind.stamp_field.empty() || !body.is_object()) return {};
  const auto place = place_of(kind);
  if (!body.contains(place)) return {};
  const Json& tags = body.at(place);
  if (!kind.stamp_in_list) return text_at(tags, kStampTag);
  if (!tags.is_array()) return {};
  for (const Json& tag : tags)
    if (text_at(tag, "key") == kStampTag) return text_at(tag, "value");
  return {};
}

void put_stamp(const Kind& kind, Json& body, const std::string& stamp) {
  if (kind.stamp_field.empty()) return;
  drop_stamp(kind, body);
  Json& tags = body[place_of(kind)];
  if (kind.stamp_in_list)
    tags.push_back({{"key", kStampTag}, {"value", stamp}});
  else
    tags[std::string(kStampTag)] = stamp;
}

void drop_stamp(const Kind& kind, Json& body) {
  if (kind.stamp_field.empty() || !body.is_object()) return;
  const auto place = place_of(kind);
  if (!body.contains(place)) return;
  Json& tags = body.at(place);
  if (tags.is_object()) tags.erase(std::string(kStampTag));
  if (tags.is_array())
    std::erase_if(tags.get_ref<Json::array_t&>(),
                  [](const Json& tag) { return text_at(tag, "key") == kStampTag; });
}

}  // namespace dbplan

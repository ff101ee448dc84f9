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

}  // namespace

std::string stamp_prefix(std::string_view root_path) {
  return sha256_hex(root_path).substr(0, 8) + ".";
}

std::string stamp_of(std::string_view root_path, const Address& address) {
  const std::string text = address.text();
  const bool fits = text.size() <= kLongest && std::ranges::all_of(text, tag_character);
  return stamp_prefix(root_path) + (fits ? text : "sha256:" + sha256_hex(text).substr(0, 32));
}

}  // namespace dbplan

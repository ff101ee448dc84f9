#include "providers/local/server/call.hpp"

#include <strings.h>

#include <charconv>

namespace dbplan::local {

std::string Call::query_text(std::string_view key, std::string_view fallback) const {
  const auto found = query.find(std::string(key));
  return found == query.end() ? std::string(fallback) : found->second;
}

std::int64_t Call::query_int(std::string_view key, std::int64_t fallback) const {
  const auto found = query.find(std::string(key));
  if (found == query.end()) return fallback;
  const std::string& text = found->second;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? number : fallback;
}

bool Call::query_flag(std::string_view key) const {
  return strcasecmp(query_text(key).c_str(), "true") == 0;
}

std::vector<std::string> Call::query_all(std::string_view key) const {
  std::vector<std::string> values;
  const auto [first, last] = query.equal_range(std::string(key));
  for (auto entry = first; entry != last; ++entry) values.push_back(entry->second);
  return values;
}

Answer answer(const Json& body) { return {.body = canonical(body)}; }

Answer raw_answer(std::string bytes) {
  return {.body = std::move(bytes), .content_type = "application/octet-stream"};
}

}  // namespace dbplan::local

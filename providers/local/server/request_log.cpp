#include "providers/local/server/request_log.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "engine/base/digest.hpp"

namespace dbplan::local {
namespace {

constexpr std::array<std::string_view, 7> kSecretKeys = {
    "string_value", "bytes_value", "password", "token", "secret", "client_secret", "token_value"};

std::string digest_note(std::string_view bytes) {
  return fmt::format("sha256:{} bytes:{}", sha256_hex(bytes), bytes.size());
}

/// A copy of `value` that may be kept in a file.
Json without_secrets(const Json& value) {
  Json copy = value;
  if (copy.is_array())
    for (Json& entry : copy) entry = without_secrets(entry);
  if (!copy.is_object()) return copy;
  for (auto& [key, entry] : copy.items()) {
    if (std::ranges::find(kSecretKeys, key) != kSecretKeys.end())
      entry = "[removed]";
    else if (key == "content" && entry.is_string())
      entry = digest_note(entry.get_ref<const std::string&>());
    else
      entry = without_secrets(entry);
  }
  return copy;
}

Json body_of(const Call& call) {
  if (call.method == "GET" || call.method == "HEAD") return nullptr;
  if (call.multipart) {
    Json parts = Json::object();
    for (const auto& [name, text] : call.parts) parts[name] = text;
    return without_secrets(parts);
  }
  if (!call.json.empty()) return without_secrets(call.json);
  return call.body.empty() || call.body == "{}" ? Json() : Json(digest_note(call.body));
}

}  // namespace

RequestLog::RequestLog(const std::filesystem::path& file) {
  if (!file.empty())
    descriptor_ = ::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
}

RequestLog::~RequestLog() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void RequestLog::add(const Call& call, int status, const std::string& fault) {
  if (descriptor_ < 0) return;
  std::string query;
  for (const auto& [key, value] : call.query)
    query += (query.empty() ? "" : "&") + key + "=" + value;
  Json entry = {{"method", call.method},
                {"path", call.path},
                {"query", query},
                {"status", status},
                {"user", call.user}};
  if (!fault.empty()) entry["fault"] = fault;
  if (Json body = body_of(call); !body.is_null()) entry["body"] = std::move(body);
  const std::string line = canonical(entry) + "\n";
  const std::lock_guard lock(mutex_);
  // One write of one line: a reader never sees half of it.
  [[maybe_unused]] const ssize_t written = ::write(descriptor_, line.data(), line.size());
}

}  // namespace dbplan::local

#include "providers/databricks/errors.hpp"

#include "engine/base/json.hpp"
#include "engine/base/redact.hpp"
#include "engine/base/text.hpp"
#include "engine/net/retry.hpp"

namespace dbplan::databricks {
namespace {

using Code = Error::Code;

struct Mapping {
  std::string_view detail;
  Code code;
};

// error_code refines the status and wins over it. Source: the SDKs' error tables.
constexpr Mapping kByDetail[] = {
    {"RESOURCE_DOES_NOT_EXIST", Code::NotFound},
    {"RESOURCE_ALREADY_EXISTS", Code::Exists},
    {"ALREADY_EXISTS", Code::Exists},
    {"INVALID_STATE", Code::Conflict},
    {"RESOURCE_CONFLICT", Code::Conflict},
    {"ABORTED", Code::Conflict},
    {"REQUEST_LIMIT_EXCEEDED", Code::Throttled},
    {"RESOURCE_EXHAUSTED", Code::Throttled},
};

Code by_status(int status) {
  switch (status) {
    case 401:
    case 403:
      return Code::Denied;
    case 404:
      return Code::NotFound;
    case 409:
      return Code::Exists;
    case 429:
      return Code::Throttled;
    case 408:
    case 503:
      return Code::Unavailable;
    default:
      return status >= 500 ? Code::Unclear : Code::Invalid;
  }
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// These reads answer 400 INVALID_PARAMETER_VALUE for what does not exist; the official SDKs, too,
/// can tell it only by the text. Source: databricks-sdk-go, apierr overrides.
bool is_missing(const Request& request, const std::string& detail, const std::string& message) {
  if (detail != "INVALID_PARAMETER_VALUE") return false;
  if (contains(request.path, "/clusters/"))
    return contains(message, "Cluster ") && contains(message, " does not exist");
  if (contains(request.path, "/jobs/"))
    return contains(message, " does not exist") || contains(message, "doesn't exist");
  return false;
}

/// Values that the request names as secrets are in no message, though the server says them back.
void hide_secrets(const Json& sent, std::string& message) {
  for (const auto& [key, value] : sent.items()) {
    const bool secret = key == "string_value" || key == "bytes_value" || key == "password" ||
                        key == "token" || key == "secret";
    if (secret && value.is_string())
      message = redacted(std::move(message), value.get_ref<const std::string&>());
    if (value.is_structured()) hide_secrets(value, message);
  }
}

/// The server's words, as they may be shown: no more than a screen of them.
std::string words_of(const Request& request, std::string message) {
  constexpr std::size_t kMost = 2000;
  if (request.mutating && request.content_type == "application/json")
    hide_secrets(parse_json(request.body).value_or(Json()), message);
  message = visible(message);
  if (message.size() <= kMost) return message;
  std::size_t end = kMost;
  while (end > 0 && (static_cast<unsigned char>(message[end]) & 0xC0) == 0x80) --end;
  return message.substr(0, end) + "...";
}

std::string path_only(const std::string& path) { return path.substr(0, path.find('?')); }

}  // namespace

Error error_of(const Request& request, const Response& response) {
  const Json body = parse_json(response.body).value_or(Json());
  const std::string detail = text_at(body, "error_code");
  std::string message = text_at(body, "message", text_at(body, "error", text_at(body, "detail")));
  if (message.empty())
    message = response.body.empty() ? "no explanation" : "an answer that is not JSON";
  const std::string raw = message;
  message = words_of(request, std::move(message));
  Code code = by_status(response.status);
  for (const Mapping& mapping : kByDetail)
    if (mapping.detail == detail) code = mapping.code;
  if (is_missing(request, detail, raw)) code = Code::NotFound;
  std::string text =
      request.method + " " + path_only(request.path) + ": " + std::to_string(response.status);
  if (!detail.empty()) text += " " + visible(detail.substr(0, 100));
  if (const auto wait = retry_after(response); wait && code == Code::Throttled)
    message += " (it asks to wait " + std::to_string(wait->count()) + " s)";
  return {
      .code = code, .message = text + ": " + message, .detail = detail, .status = response.status};
}

}  // namespace dbplan::databricks

#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "engine/net/transport.hpp"

namespace dbplan {

struct CurlOptions {
  std::string host;   // "https://..." without a trailing slash
  std::string token;  // sent as Authorization: Bearer to this host only; redirects are not followed
  std::string user_agent;
  std::chrono::seconds timeout{60};  // without any byte moving
  std::size_t largest_answer = 256u << 20;
};

/// HTTP over libcurl; the only user of libcurl. Connections are kept and reused.
std::unique_ptr<Transport> make_curl_transport(const CurlOptions& options);

/// `text` percent-encoded for a query value or path segment ("/" becomes %2F).
std::string url_escape(std::string_view text);

/// The same, but "/" stays.
std::string url_escape_path(std::string_view text);

}  // namespace dbplan

#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "engine/net/transport.hpp"

namespace dbplan {

struct CurlOptions {
  std::string host;   // "https://..." without a trailing slash
  std::string token;  // sent as Authorization: Bearer to this host only; redirects are not followed
  std::string user_agent;
  std::chrono::seconds timeout{60};         // that an answer may take without kSlowest
  std::size_t largest_answer = 256u << 20;  // unpacked
  std::string ca_file = {};                 // whom to believe; empty: the system's
  /// Ends reads that are under way. What may change the workspace is waited for: its answer says
  /// whether it did. Safe from several threads.
  std::function<bool()> interrupted = {};

  static constexpr long kSlowest = 100;                 // bytes a second, over `timeout`
  static constexpr std::size_t kMostHeaders = 1 << 20;  // bytes
};

/// HTTP over libcurl; the only user of libcurl. Connections are kept and reused. An answer that is
/// larger than the limit is Error::Code::Invalid if asking again does no harm, else Unclear.
std::unique_ptr<Transport> make_curl_transport(const CurlOptions& options);

/// `text` percent-encoded for a query value or path segment ("/" becomes %2F).
std::string url_escape(std::string_view text);

/// The same, but "/" stays.
std::string url_escape_path(std::string_view text);

}  // namespace dbplan

#include "engine/net/curl_transport.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <cctype>
#include <mutex>
#include <vector>

#include "engine/base/redact.hpp"

namespace dbplan {
namespace {

struct Answer {
  Response response;
  std::size_t limit = 0;
  std::size_t header_bytes = 0;
  bool too_large = false;
};

std::size_t take_body(char* data, std::size_t, std::size_t count, void* target) {
  auto* answer = static_cast<Answer*>(target);
  if (answer->response.body.size() + count > answer->limit) {
    answer->too_large = true;
    return 0;
  }
  answer->response.body.append(data, count);
  return count;
}

std::size_t take_header(char* data, std::size_t, std::size_t count, void* target) {
  auto* answer = static_cast<Answer*>(target);
  answer->header_bytes += count;
  if (answer->header_bytes > CurlOptions::kMostHeaders) {
    answer->too_large = true;
    return 0;
  }
  const std::string_view line(data, count);
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return count;
  std::string name(line.substr(0, colon));
  std::ranges::transform(name, name.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  std::string_view value = line.substr(colon + 1);
  while (!value.empty() && std::isspace(static_cast<unsigned char>(value.front())))
    value.remove_prefix(1);
  while (!value.empty() && std::isspace(static_cast<unsigned char>(value.back())))
    value.remove_suffix(1);
  answer->response.headers[name] = value;
  return count;
}

/// libcurl asks at least once a second.
int ask_whether_interrupted(void* options, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<const CurlOptions*>(options)->interrupted() ? 1 : 0;
}

class CurlTransport final : public Transport {
 public:
  explicit CurlTransport(const CurlOptions& options) : options_(options) {
    curl_global_init(CURL_GLOBAL_DEFAULT);
  }
  CurlTransport(const CurlTransport&) = delete;
  CurlTransport& operator=(const CurlTransport&) = delete;
  ~CurlTransport() override {
    for (CURL* handle : idle_) curl_easy_cleanup(handle);
  }

  Result<Response> send(const Request& request) override {
    CURL* handle = borrow();
    if (!handle) return fail(Error::Code::Unreachable, "the library libcurl.so.4 cannot be loaded");
    Answer answer{.response = {}, .limit = options_.largest_answer};
    curl_slist* headers = prepare(handle, request, answer);
    char detail[CURL_ERROR_SIZE] = {};
    curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, detail);
    const CURLcode code = curl_easy_perform(handle);
    curl_slist_free_all(headers);
    long status = 0, sent = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(handle, CURLINFO_REQUEST_SIZE, &sent);
    curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, nullptr);
    give_back(handle);
    if (code != CURLE_OK) return describe(code, detail, sent > 0, request, answer);
    answer.response.status = static_cast<int>(status);
    // What an error says is shown to people: a server that says our token back must not show it.
    if (status >= 300) {
      for (auto& [name, value] : answer.response.headers)
        value = redacted(std::move(value), options_.token);
      answer.response.body = redacted(std::move(answer.response.body), options_.token);
    }
    return std::move(answer.response);
  }

 private:
  curl_slist* prepare(CURL* handle, const Request& request, Answer& answer) const {
    curl_easy_reset(handle);
    const std::string url = options_.host + request.path;
    curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
    curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, request.method.c_str());
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
    // Not every coding that libcurl knows: a server that prefers the best one spends longer on it
    // than a plan takes.
    curl_easy_setopt(handle, CURLOPT_ACCEPT_ENCODING, "gzip");
    // On a used connection that ends without an answer libcurl sends the request again by itself.
    curl_easy_setopt(handle, CURLOPT_FRESH_CONNECT, request.repeatable ? 0L : 1L);
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, 10L);
    curl_easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, CurlOptions::kSlowest);
    curl_easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, static_cast<long>(options_.timeout.count()));
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (!options_.ca_file.empty())
      curl_easy_setopt(handle, CURLOPT_CAINFO, options_.ca_file.c_str());
    if (options_.interrupted && !request.mutating) {
      curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
      curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, ask_whether_interrupted);
      curl_easy_setopt(handle, CURLOPT_XFERINFODATA, &options_);
    }
    curl_easy_setopt(handle, CURLOPT_USERAGENT, options_.user_agent.c_str());
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, &answer);
    curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(handle, CURLOPT_HEADERDATA, &answer);
    if (!request.body.empty() || request.method != "GET") {
      curl_easy_setopt(handle, CURLOPT_POSTFIELDS, request.body.c_str());
      curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE,
                       static_cast<curl_off_t>(request.body.size()));
    }
    curl_slist* headers = nullptr;
    headers = curl_slist_append(headers, ("Authorization: Bearer " + options_.token).c_str());
    headers = curl_slist_append(headers, ("Content-Type: " + request.content_type).c_str());
    headers = curl_slist_append(headers, "Expect:");
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
    return headers;
  }

  /// Nothing was sent only when no connection came about; after that the server may have acted.
  Result<Response> describe(CURLcode code, const char* detail, bool sent, const Request& request,
                            const Answer& answer) const {
    if (answer.too_large)
      return fail(request.repeatable ? Error::Code::Invalid : Error::Code::Unclear,
                  request.method + " " + request.path.substr(0, request.path.find('?')) +
                      ": the answer of " + options_.host + " is larger than " +
                      std::to_string(options_.largest_answer >> 20) + " MB");
    const std::string text = options_.host + ": " + (*detail ? detail : curl_easy_strerror(code));
    switch (code) {
      case CURLE_ABORTED_BY_CALLBACK:
        return fail(Error::Code::Interrupted, "interrupted");
      case CURLE_COULDNT_RESOLVE_HOST:
      case CURLE_COULDNT_CONNECT:
      case CURLE_URL_MALFORMAT:
      case CURLE_UNSUPPORTED_PROTOCOL:
      case CURLE_SSL_CONNECT_ERROR:
      case CURLE_PEER_FAILED_VERIFICATION:
        return fail(Error::Code::Unreachable, text);
      default:
        return fail(sent ? Error::Code::Unclear : Error::Code::Unreachable, text);
    }
  }

  CURL* borrow() {
    const std::scoped_lock guard(mutex_);
    if (idle_.empty()) return curl_easy_init();
    CURL* handle = idle_.back();
    idle_.pop_back();
    return handle;
  }

  void give_back(CURL* handle) {
    const std::scoped_lock guard(mutex_);
    idle_.push_back(handle);
  }

  CurlOptions options_;
  std::mutex mutex_;  // guards idle_
  std::vector<CURL*> idle_;
};

std::string escape(std::string_view text, std::string_view also_plain) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string escaped;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = std::isalnum(byte) || c == '-' || c == '_' || c == '.' || c == '~' ||
                       also_plain.find(c) != std::string_view::npos;
    if (plain) {
      escaped += c;
    } else {
      escaped += '%';
      escaped += kDigits[byte >> 4];
      escaped += kDigits[byte & 15];
    }
  }
  return escaped;
}

}  // namespace

std::unique_ptr<Transport> make_curl_transport(const CurlOptions& options) {
  return std::make_unique<CurlTransport>(options);
}

std::string url_escape(std::string_view text) { return escape(text, ""); }
std::string url_escape_path(std::string_view text) { return escape(text, "/"); }

}  // namespace dbplan

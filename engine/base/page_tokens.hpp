#pragma once

#include <set>
#include <string>

#include "engine/base/json.hpp"

namespace dbplan {

/// The tokens by which a list goes on from page to page. A server that repeats one, says that
/// there is more and not where, or never ends is found out.
class PageTokens {
 public:
  static constexpr std::size_t kMostPages = 10'000;

  /// Takes the token out of a page; `what` is the request, for the error.
  Result<> take(const std::string& what, const Json& page) {
    const Json& next = at_or_null(page, "next_page_token");
    const bool none = next.is_null() || next == "";
    if (!none && !next.is_string())
      return fail(Error::Code::Unclear,
                  what + ": the answer is malformed: next_page_token: expected a text");
    if (none && at_or_null(page, "has_more") == Json(true))
      return fail(Error::Code::Unclear, what +
                                            ": the answer is malformed: it has_more pages, but no "
                                            "next_page_token");
    current_ = none ? std::string() : next.get<std::string>();
    if (none) return {};
    if (!seen_.insert(current_).second || seen_.size() >= kMostPages)
      return fail(Error::Code::Unclear, what + ": the server's pages do not end");
    return {};
  }

  /// That of the next page; empty after the last.
  const std::string& current() const { return current_; }

 private:
  std::string current_;
  std::set<std::string> seen_;
};

}  // namespace dbplan

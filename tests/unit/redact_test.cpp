#include "engine/base/redact.hpp"

#include <doctest/doctest.h>

#include "engine/base/digest.hpp"
#include "providers/databricks/errors.hpp"

using dbplan::redacted;

TEST_CASE("redact: a secret is hidden as it is and as base64 of any text around it") {
  const std::string secret = "s3cr3t-value-0123";
  CHECK(redacted("a " + secret + " b " + secret, secret) == "a (secret) b (secret)");
  for (const std::size_t before : {0, 1, 2, 3, 10})
    for (const std::size_t after : {0, 1, 2, 3}) {
      const std::string text = std::string(before, 'x') + secret + std::string(after, 'y');
      CAPTURE(text);
      const std::string hidden = redacted(dbplan::base64_encode(text), secret);
      CHECK(hidden.find("(secret)") != std::string::npos);
      // Neither end gives more than three letters of it away.
      CHECK(hidden.size() <= std::string("(secret)").size() + 4 * ((before + after) / 3 + 4));
    }
}

TEST_CASE("redact: what is too short to tell apart stays") {
  CHECK(redacted("abc", "abc") == "abc");
  CHECK(redacted("abc", "") == "abc");
}

TEST_CASE(
    "redact: an error of the server shows no secret of the request, no control character, "
    "and no more than a screen") {
  const dbplan::Request request{.method = "POST",
                                .path = "/api/2.0/secrets/put",
                                .body = R"({"key": "k", "string_value": "hunter22"})",
                                .mutating = true};
  const dbplan::Response response{
      .status = 400,
      .headers = {},
      .body =
          R"({"error_code": "BAD\u001b[2J", "message": "\u001b]0;x\u0007got hunter22\nerror: all is well"})"};
  const auto error = dbplan::databricks::error_of(request, response);
  CHECK(error.message.find("hunter22") == std::string::npos);
  CHECK(error.message.find('\x1b') == std::string::npos);
  CHECK(error.message.find('\n') == std::string::npos);
  const dbplan::Response flood{
      .status = 400, .headers = {}, .body = R"({"message": ")" + std::string(100'000, 'a') + "\"}"};
  CHECK(dbplan::databricks::error_of(request, flood).message.size() < 2200);
}

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/json.hpp"
#include "engine/base/result.hpp"

namespace dbplan::local {

/// One request as the routes see it.
struct Call {
  std::string method;
  std::string path;  // decoded, without the query
  std::multimap<std::string, std::string> query;
  std::map<std::string, std::string> parts;  // of a multipart form
  bool multipart = false;
  std::string body;            // raw
  std::string authorization;   // the header
  Json json = Json::object();  // the body where it is a JSON object
  std::string user;            // who calls, once the token is checked
  std::string rest;            // what the "*" of the route matched
  std::int64_t deadline = 0;   // of a call that waits, epoch ms; set by its route

  /// The query value of `key`, or `fallback`.
  std::string query_text(std::string_view key, std::string_view fallback = {}) const;
  std::int64_t query_int(std::string_view key, std::int64_t fallback = 0) const;
  /// "true" in any letter case: one SDK writes "True".
  bool query_flag(std::string_view key) const;
  std::vector<std::string> query_all(std::string_view key) const;
};

/// How an answer reaches who asked. All but the first are faults that were asked for.
enum class Delivery {
  Whole,
  Truncated,  // half of the body, then the connection is closed
  Closed,     // nothing, the connection is closed
  Reset,      // nothing, the connection is reset
  Silent,     // nothing, until the client gives up
  Exit,       // nothing, the server ends as if killed
};

struct Answer {
  int status = 200;
  std::string body = "{}";
  std::string content_type = "application/json";
  std::map<std::string, std::string> headers = {};
  Delivery delivery = Delivery::Whole;
  bool again = false;  // nothing to say yet: ask once more when something has happened
};

/// A success with a JSON body.
Answer answer(const Json& body);
/// A success with bytes as they are.
Answer raw_answer(std::string bytes);

}  // namespace dbplan::local

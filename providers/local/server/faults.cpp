#include "providers/local/server/faults.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "providers/local/server/refusal.hpp"

namespace dbplan::local {
namespace {

constexpr Millis kMaxLatency = 60'000;
constexpr const char* kNotJson = "<html><body><pre>upstream connect error</pre></body></html>";

struct Kind {
  std::string_view name;
  Delivery delivery;
  bool effect;
};

constexpr std::array<Kind, 9> kKinds = {{{"refuse", Delivery::Closed, false},
                                         {"reset", Delivery::Reset, false},
                                         {"status", Delivery::Whole, false},
                                         {"timeout", Delivery::Silent, false},
                                         {"lost_answer", Delivery::Closed, true},
                                         {"truncated", Delivery::Truncated, true},
                                         {"not_json", Delivery::Whole, true},
                                         {"stale", Delivery::Whole, false},
                                         {"kill", Delivery::Exit, false}}};

const Kind* find_kind(std::string_view name) {
  const auto found = std::ranges::find(kKinds, name, &Kind::name);
  return found == kKinds.end() ? nullptr : &*found;
}

bool local(const Call& call) { return call.path.starts_with("/api/local/"); }

bool reads(const Call& call) { return call.method == "GET" || call.method == "HEAD"; }

Result<> check_names(const Json& object, std::initializer_list<std::string_view> known) {
  if (!object.is_object()) return invalid("a fault and its match must be JSON objects");
  for (const auto& [key, value] : object.items())
    if (std::ranges::find(known, key) == known.end())
      return invalid(fmt::format("faults: {} is not known", key));
  return {};
}

void take_status(FaultRule& rule, const Json& given) {
  rule.status = static_cast<int>(int_at(given, "code", 500));
  rule.body = canonical({{"error_code", text_at(given, "error_code", "INTERNAL_ERROR")},
                         {"message", text_at(given, "message", "A fault that was asked for")}});
  if (given.contains("retry_after"))
    rule.headers["Retry-After"] = std::to_string(int_at(given, "retry_after"));
}

Result<FaultRule> parse_rule(const Json& given) {
  TRY_VOID(check_names(given, {"match", "fault", "times", "effect", "code", "error_code", "message",
                               "retry_after", "body", "content_type", "headers"}));
  const Json match = given.value("match", Json::object());
  TRY_VOID(check_names(match, {"method", "path", "index"}));
  FaultRule rule{.method = text_at(match, "method"),
                 .path = text_at(match, "path"),
                 .index = int_at(match, "index"),
                 .times = int_at(given, "times", 1),
                 .fault = text_at(given, "fault"),
                 .given = given};
  const Kind* kind = find_kind(rule.fault);
  if (kind == nullptr) return invalid("faults: there is no fault \"" + rule.fault + "\"");
  if (rule.index < 0 || rule.times < 0) return invalid("faults: index and times are at least 0");
  const Json& effect = at_or_null(given, "effect");
  rule.effect = effect.is_boolean() ? effect.get<bool>() : kind->effect;
  if (rule.fault == "status") take_status(rule, given);
  if (rule.status < 200 || rule.status > 599) return invalid("faults: code is 200 to 599");
  if (rule.fault == "not_json") {
    rule.body = kNotJson;
    rule.content_type = "text/html";
  }
  rule.body = text_at(given, "body", rule.body);
  rule.content_type = text_at(given, "content_type", rule.content_type);
  const Json headers = given.value("headers", Json::object());
  for (const auto& [name, value] : headers.items())
    rule.headers[name] = value.is_string() ? value.get<std::string>() : value.dump();
  return rule;
}

bool matches(const FaultRule& rule, const Call& call) {
  if (!rule.method.empty() && rule.method != call.method) return false;
  if (rule.fault == "stale" && !reads(call)) return false;
  return call.path.starts_with(rule.path);
}

}  // namespace

Result<> Faults::set(const Json& wanted) {
  TRY_VOID(check_names(wanted, {"faults", "latency_ms"}));
  const Json& given = at_or_null(wanted, "faults");
  if (!given.is_null() && !given.is_array()) return invalid("faults must be a list");
  const Millis latency = int_at(wanted, "latency_ms", latency_);
  if (latency < 0 || latency > kMaxLatency) return invalid("latency_ms is 0 to 60000");
  std::vector<FaultRule> rules;
  for (const Json& rule : given) rules.push_back(TRY(parse_rule(rule)));
  rules_ = std::move(rules);
  latency_ = latency;
  requests_ = 0;
  return {};
}

Json Faults::view() const {
  Json rules = Json::array();
  for (const FaultRule& rule : rules_) {
    Json shown = rule.given;
    shown["matched"] = rule.matched;
    shown["fired"] = rule.fired;
    rules.push_back(std::move(shown));
  }
  return {{"faults", std::move(rules)}, {"requests", requests_}, {"latency_ms", latency_}};
}

const FaultRule* Faults::strike(const Call& call) {
  if (local(call)) return nullptr;
  ++requests_;
  FaultRule* first = nullptr;
  for (FaultRule& rule : rules_) {
    if (!matches(rule, call)) continue;
    ++rule.matched;
    if (first == nullptr && !rule.spent() && rule.matched >= rule.index) first = &rule;
  }
  if (first != nullptr) ++first->fired;
  return first;
}

bool Faults::want_past() const {
  return std::ranges::any_of(
      rules_, [](const FaultRule& rule) { return rule.fault == "stale" && !rule.spent(); });
}

Answer struck(const FaultRule& rule, Answer answer) {
  answer.delivery = find_kind(rule.fault)->delivery;
  if (rule.fault != "status" && rule.fault != "not_json") return answer;
  answer.status = rule.status;
  answer.body = rule.body;
  answer.content_type = rule.content_type;
  answer.headers = rule.headers;
  return answer;
}

}  // namespace dbplan::local

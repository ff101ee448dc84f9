#pragma once

#include <string>
#include <vector>

#include "engine/base/json.hpp"
#include "engine/plan/rules.hpp"

namespace dbplan::test {

/// Bodies of a kind, made from its schema: the same for the same seed. Values are few, so that two
/// bodies often agree. Fields that the server alone writes are left out.
class BodyGenerator {
 public:
  BodyGenerator(const Kind& kind, unsigned seed)
      : kind_(kind), rules_(index_rules(kind)), state_(seed * 2654435761u + 1) {}

  Json body() { return object(kind_.body_type, &rules_, 0); }
  const RuleNode& rules() const { return rules_; }
  /// The body with all keyed lists and sets in another order.
  Json shuffled(const Json& body) { return shuffled(body, &rules_); }

 private:
  unsigned random(unsigned below);
  Json value(std::string_view type, const RuleNode* rules, int depth);
  Json text(const RuleNode* rules);
  Json object(std::string_view type, const RuleNode* rules, int depth);
  Json list(std::string_view type, const RuleNode* rules, int depth);
  Json shuffled(const Json& value, const RuleNode* rules);

  const Kind& kind_;
  RuleNode rules_;
  unsigned state_;
};

/// What a server shows of a body: nothing that is write-only or secret.
Json shown_by_server(const Json& body, const RuleNode* rules);

/// One form for equal bodies: nothing empty, keyed lists and sets sorted, JSON texts parsed.
Json normal_form(const Json& body, const RuleNode* rules);

/// The value at a path of the diff ("tasks[task_key=a].x"), or null; `set` puts one there, a null
/// value takes it away.
Json at_path(const Json& body, std::string_view path);
void set_path(Json& body, std::string_view path, const Json& value);

}  // namespace dbplan::test

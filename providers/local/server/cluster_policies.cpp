#include <fmt/format.h>

#include "engine/base/digest.hpp"
#include "providers/local/server/compute_records.hpp"
#include "providers/local/server/refusal.hpp"

namespace dbplan::local {
namespace {

constexpr std::string_view kKind = "cluster_policies";
constexpr const char* kNoun = "Cluster policy";

bool is_object_text(const std::string& text) {
  const auto json = parse_json(text);
  return json && json->is_object();
}

Result<> check(Store& store, const Json& body, const std::string& id) {
  const std::string name = text_at(body, "name");
  if (name.empty() || name.size() > 100) return invalid("name must have 1 to 100 characters");
  const bool family = body.contains("policy_family_id");
  if (!family && !body.contains("definition"))
    return invalid("one of definition and policy_family_id is required");
  for (const char* field : {"definition", "policy_family_definition_overrides"})
    if (body.contains(field) && !is_object_text(text_at(body, field)))
      return invalid(std::string(field) + " must be a JSON object in a string");
  if (name_is_taken(store, kKind, "name", name, id))
    return invalid("Policy with name " + name + " already exists");
  return {};
}

Json view(const std::string& id, const Json& record) {
  Json shown = record["body"];
  shown.emplace("definition", "{}");  // of a family: the service fills it in
  shown["policy_id"] = id;
  shown["creator_user_name"] = record["creator"];
  shown["created_at_timestamp"] = record["created_at"];
  shown["is_default"] = false;
  return shown;
}

Result<Answer> create(Store& store, const Call& call, Millis now) {
  TRY_VOID(check(store, call.json, ""));
  const int number = next_number(store, kKind);
  std::string id = sha256_hex("policy " + std::to_string(number)).substr(0, 16);
  for (char& c : id)
    if (c >= 'a' && c <= 'f') c = static_cast<char>(c - 'a' + 'A');
  store.put(kKind, id,
            canonical({{"body", call.json}, {"creator", call.user}, {"created_at", now}}));
  return answer({{"policy_id", id}});
}

Result<Answer> edit(Store& store, const Call& call) {
  const std::string id = text_at(call.json, "policy_id");
  Json record = TRY(find_record(store, kKind, id, kNoun));
  TRY_VOID(check(store, call.json, id));
  record["body"] = call.json;
  record["body"].erase("policy_id");
  store.put(kKind, id, canonical(record));
  return Answer{};
}

Result<Answer> remove(Store& store, const Call& call) {
  const std::string id = text_at(call.json, "policy_id");
  TRY(find_record(store, kKind, id, kNoun));
  store.remove(kKind, id);
  return Answer{};
}

Result<Answer> get(Store& store, const Call& call) {
  const std::string id = call.query_text("policy_id");
  return answer(view(id, TRY(find_record(store, kKind, id, kNoun))));
}

Result<Answer> list(Store& store) {
  Json policies = Json::array();
  for (const auto& [id, text] : store.all(kKind))
    policies.push_back(view(id, parse_json(text).value_or(Json())));
  return policies.empty() ? Answer{} : answer({{"policies", std::move(policies)}});
}

}  // namespace

void add_cluster_policy_routes(Router& router, Store& store, const WallClock& now) {
  const auto add = [&](std::string_view method, const char* name, auto handler) {
    router.add(method, {"2.0"}, std::string("policies/clusters/") + name,
               [&store, handler](Call& call) { return handler(store, call); });
  };
  add("POST", "create", [now](Store& kept, Call& call) { return create(kept, call, now()); });
  add("POST", "edit", edit);
  add("POST", "delete", remove);
  add("GET", "get", get);
  add("GET", "list", [](Store& kept, Call&) { return list(kept); });
}

}  // namespace dbplan::local

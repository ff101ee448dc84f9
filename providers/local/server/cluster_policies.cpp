#include "providers/local/server/cluster_policies.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "providers/local/server/compute_names.hpp"
#include "providers/local/server/object_records.hpp"
#include "providers/local/server/refusal.hpp"

namespace dbplan::local {
namespace {

constexpr std::size_t kMaxName = 100;
constexpr std::size_t kMaxLibraries = 500;

Result<> check(const Json& policy) {
  const std::string name = text_at(policy, "name");
  if (name.empty()) return invalid("Missing required field: name");
  if (name.size() > kMaxName) return invalid("name is longer than 100 characters");
  if (!text_at(policy, "policy_family_id").empty())
    return refuse(400, "FEATURE_DISABLED",
                  "the local workspace has no policy families: give a definition");
  if (!text_at(policy, "policy_family_definition_overrides").empty())
    return invalid("policy_family_definition_overrides needs policy_family_id");
  const auto definition = parse_json(text_at(policy, "definition"));
  if (!definition || !definition->is_object())
    return invalid("Policy definition is not a valid JSON object");
  for (const auto& [path, rule] : definition->items())
    if (text_at(rule, "type").empty())
      return invalid(fmt::format("Policy definition: {} has no type", path));
  if (at_or_null(policy, "libraries").size() > kMaxLibraries)
    return invalid("A policy can have at most 500 libraries");
  if (policy.contains("max_clusters_per_user") && int_at(policy, "max_clusters_per_user") < 1)
    return invalid("max_clusters_per_user must be at least 1");
  return {};
}

Json settings_of(const Json& given) {
  Json settings = Json::object();
  for (const char* key :
       {"name", "definition", "description", "libraries", "max_clusters_per_user"})
    if (!at_or_null(given, key).is_null()) settings[key] = given[key];
  return settings;
}

Json view(const std::string& id, const Json& record) {
  Json policy = at_or_null(record, "settings");
  policy["policy_id"] = id;
  policy["creator_user_name"] = text_at(record, "creator");
  policy["created_at_timestamp"] = int_at(record, "created");
  policy["is_default"] = false;
  return policy;
}

class Policies {
 public:
  explicit Policies(Store& store) : records_(store, kPolicyKind) {}

  Result<Answer> create(const Call& call, Millis now) {
    TRY_VOID(check(call.json));
    TRY_VOID(check_free(text_at(call.json, "name"), {}));
    const std::int64_t number = records_.next_number();
    std::string id = made_up_hex("policy " + std::to_string(number), 16);
    std::ranges::transform(id, id.begin(), [](unsigned char c) { return std::toupper(c); });
    records_.save(id, {{"settings", settings_of(call.json)},
                       {"creator", call.user},
                       {"created", now},
                       {"number", number}});
    return answer({{"policy_id", id}});
  }

  Result<Answer> edit(const Call& call) {
    const std::string id = text_at(call.json, "policy_id");
    Json record = TRY(named(id));
    TRY_VOID(check(call.json));
    TRY_VOID(check_free(text_at(call.json, "name"), id));
    record["settings"] = settings_of(call.json);
    records_.save(id, record);
    return Answer{};
  }

  Result<Answer> get(const Call& call) {
    const std::string id = call.query_text("policy_id");
    return answer(view(id, TRY(named(id))));
  }

  Result<Answer> list(const Call& call) {
    std::vector<std::pair<std::string, Json>> found;
    for (auto& entry : records_.all()) found.push_back(entry);
    if (call.query_text("sort_column") == "POLICY_NAME")
      std::ranges::sort(
          found, {}, [](const auto& entry) { return text_at(entry.second["settings"], "name"); });
    else
      std::ranges::sort(found, {},
                        [](const auto& entry) { return int_at(entry.second, "number"); });
    if (call.query_text("sort_order") == "DESC") std::ranges::reverse(found);
    Json policies = Json::array();
    for (const auto& [id, record] : found) policies.push_back(view(id, record));
    return policies.empty() ? Answer{} : answer({{"policies", std::move(policies)}});
  }

  /// Clusters that were made with it go on; nothing new can name it.
  Result<Answer> remove(const Call& call) {
    const std::string id = text_at(call.json, "policy_id");
    TRY(named(id));
    records_.remove(id);
    return Answer{};
  }

 private:
  Result<Json> named(const std::string& id) const {
    if (id.empty()) return invalid("Missing required field: policy_id");
    Json record = records_.find(id);
    if (record.is_null()) return missing("Can't find a cluster policy with id: " + id);
    return record;
  }

  Result<> check_free(const std::string& name, const std::string& own_id) const {
    const std::string holder = records_.named("name", name);
    if (holder.empty() || holder == own_id) return {};
    return invalid(fmt::format("Cluster policy name must be unique: '{}' already exists", name));
  }

  ObjectRecords records_;
};

}  // namespace

void add_cluster_policy_routes(Router& router, Store& store, const WallClock& now) {
  const auto policies = std::make_shared<Policies>(store);
  const auto add = [&](std::string_view method, std::string_view path, auto handler) {
    router.add(method, {"2.0"}, "policies/clusters/" + std::string(path), handler);
  };
  add("POST", "create", [policies, now](Call& call) { return policies->create(call, now()); });
  add("POST", "edit", [policies](Call& call) { return policies->edit(call); });
  add("POST", "delete", [policies](Call& call) { return policies->remove(call); });
  add("GET", "get", [policies](Call& call) { return policies->get(call); });
  add("GET", "list", [policies](Call& call) { return policies->list(call); });
}

}  // namespace dbplan::local

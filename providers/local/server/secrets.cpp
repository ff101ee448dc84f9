#include "providers/local/server/secrets.hpp"

#include <algorithm>

#include "engine/base/digest.hpp"
#include "providers/local/server/refusal.hpp"

namespace dbplan::local {
namespace {

constexpr std::string_view kKind = "secret_scopes";
constexpr std::size_t kMaxName = 128;
constexpr std::size_t kMaxValue = 128 * 1024;
constexpr std::size_t kMaxScopes = 1000;
constexpr std::size_t kMaxSecrets = 1000;

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxName && std::ranges::all_of(name, [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view("_.@/-").find(static_cast<char>(c)) != std::string_view::npos;
  });
}

std::string argument(const Call& call, const char* key) {
  return call.method == "GET" ? call.query_text(key) : text_at(call.json, key);
}

struct Scope {
  std::string name;
  Json record;  // {"secrets": {key: {value, updated}}, "acls": {principal: permission}}

  void save(Store& store) const { store.put(kKind, name, canonical(record)); }
};

Result<Scope> scope_of(Store& store, const Call& call) {
  Scope scope{.name = argument(call, "scope"), .record = {}};
  const auto stored = store.get(kKind, scope.name);
  if (!stored) return missing("Scope " + scope.name + " does not exist!");
  scope.record = TRY(parse_json(*stored));
  return scope;
}

Result<Answer> create_scope(Store& store, const Call& call) {
  const std::string name = text_at(call.json, "scope");
  if (!is_name(name)) return invalid("scope: 1 to 128 letters, digits and _ . @ / - are allowed");
  if (text_at(call.json, "scope_backend_type", "DATABRICKS") != "DATABRICKS")
    return refuse(400, "FEATURE_DISABLED", "the local workspace has no key vault behind a scope");
  if (store.get(kKind, name))
    return refuse(400, "RESOURCE_ALREADY_EXISTS", "Scope " + name + " already exists!");
  if (store.all(kKind).size() >= kMaxScopes)
    return refuse(400, "RESOURCE_LIMIT_EXCEEDED", "A workspace can have at most 1000 scopes");
  const std::string manager = text_at(call.json, "initial_manage_principal");
  if (!manager.empty() && manager != "users")
    return invalid("initial_manage_principal can only be users");
  const bool everybody = manager == "users";
  Scope scope{.name = name, .record = {{"secrets", Json::object()}}};
  scope.record["acls"][everybody ? "users" : call.user] = "MANAGE";
  scope.save(store);
  return Answer{};
}

Result<Answer> delete_scope(Store& store, const Call& call) {
  const Scope scope = TRY(scope_of(store, call));
  store.remove(kKind, scope.name);
  return Answer{};
}

Result<Answer> list_scopes(Store& store) {
  Json scopes = Json::array();
  for (const auto& [name, body] : store.all(kKind))
    scopes.push_back({{"name", name}, {"backend_type", "DATABRICKS"}});
  return scopes.empty() ? Answer{} : answer({{"scopes", std::move(scopes)}});
}

Result<Answer> put_secret(Store& store, const Call& call, Millis now) {
  Scope scope = TRY(scope_of(store, call));
  const std::string key = text_at(call.json, "key");
  if (!is_name(key)) return invalid("key: 1 to 128 letters, digits and _ . @ / - are allowed");
  const bool text = call.json.contains("string_value");
  if (text == call.json.contains("bytes_value"))
    return invalid("Exactly one of string_value and bytes_value must be given");
  Json& secrets = scope.record["secrets"];
  if (!secrets.contains(key) && secrets.size() >= kMaxSecrets)
    return refuse(400, "RESOURCE_LIMIT_EXCEEDED", "A scope can have at most 1000 secrets");
  std::string value = text_at(call.json, text ? "string_value" : "bytes_value");
  if (text)
    value = base64_encode(value);
  else if (const auto bytes = base64_decode(value); !bytes)
    return invalid("bytes_value: " + bytes.error().message);
  if (value.size() > kMaxValue / 3 * 4 + 4) return invalid("A secret can have at most 128 KB");
  secrets[key] = {{"value", std::move(value)}, {"updated", now}};
  scope.save(store);
  return Answer{};
}

Result<Answer> delete_secret(Store& store, const Call& call) {
  Scope scope = TRY(scope_of(store, call));
  const std::string key = text_at(call.json, "key");
  if (scope.record["secrets"].erase(key) == 0)
    return missing("No secret exists with scope: " + scope.name + " and key: " + key);
  scope.save(store);
  return Answer{};
}

Result<Answer> list_secrets(Store& store, const Call& call) {
  const Scope scope = TRY(scope_of(store, call));
  Json secrets = Json::array();
  for (const auto& [key, secret] : scope.record["secrets"].items())
    secrets.push_back({{"key", key}, {"last_updated_timestamp", secret["updated"]}});
  return secrets.empty() ? Answer{} : answer({{"secrets", std::move(secrets)}});
}

Result<Answer> get_secret(Store& store, const Call& call) {
  const Scope scope = TRY(scope_of(store, call));
  const std::string key = call.query_text("key");
  const Json& secret = at_or_null(scope.record["secrets"], key);
  if (secret.is_null())
    return missing("No secret exists with scope: " + scope.name + " and key: " + key);
  return answer({{"key", key}, {"value", secret["value"]}});
}

Result<Answer> put_acl(Store& store, const Call& call) {
  Scope scope = TRY(scope_of(store, call));
  const std::string principal = text_at(call.json, "principal");
  const std::string permission = text_at(call.json, "permission");
  if (principal.empty()) return invalid("Missing required field: principal");
  if (permission != "READ" && permission != "WRITE" && permission != "MANAGE")
    return invalid("permission must be READ, WRITE or MANAGE");
  scope.record["acls"][principal] = permission;
  scope.save(store);
  return Answer{};
}

Result<Answer> delete_acl(Store& store, const Call& call) {
  Scope scope = TRY(scope_of(store, call));
  if (scope.record["acls"].erase(text_at(call.json, "principal")) == 0)
    return missing("No ACL for that principal in scope " + scope.name);
  scope.save(store);
  return Answer{};
}

Result<Answer> get_acl(Store& store, const Call& call) {
  const Scope scope = TRY(scope_of(store, call));
  const std::string principal = call.query_text("principal");
  const Json& permission = at_or_null(scope.record["acls"], principal);
  if (permission.is_null()) return missing("No ACL for that principal in scope " + scope.name);
  return answer({{"principal", principal}, {"permission", permission}});
}

Result<Answer> list_acls(Store& store, const Call& call) {
  const Scope scope = TRY(scope_of(store, call));
  Json items = Json::array();
  for (const auto& [principal, permission] : scope.record["acls"].items())
    items.push_back({{"principal", principal}, {"permission", permission}});
  return answer({{"items", std::move(items)}});
}

}  // namespace

void add_secret_routes(Router& router, Store& store, const WallClock& now) {
  const auto add = [&](std::string_view method, std::string_view path, auto handler) {
    router.add(method, {"2.0"}, "secrets/" + std::string(path),
               [&store, handler](Call& call) { return handler(store, call); });
  };
  add("POST", "scopes/create", create_scope);
  add("POST", "scopes/delete", delete_scope);
  add("GET", "scopes/list", [](Store& kept, Call&) { return list_scopes(kept); });
  add("POST", "put", [now](Store& kept, Call& call) { return put_secret(kept, call, now()); });
  add("POST", "delete", delete_secret);
  add("GET", "list", list_secrets);
  add("GET", "get", get_secret);
  add("POST", "acls/put", put_acl);
  add("POST", "acls/delete", delete_acl);
  add("GET", "acls/get", get_acl);
  add("GET", "acls/list", list_acls);
}

}  // namespace dbplan::local

#include "providers/local/server/users.hpp"

#include "engine/base/digest.hpp"
#include "providers/local/server/refusal.hpp"

namespace dbplan::local {
namespace {

constexpr std::string_view kKind = "users";
constexpr std::size_t kTokenBytes = 24;

/// Sixteen digits, as workspace ids have.
std::string new_workspace_id(const RandomHex& random) {
  const std::uint64_t number = std::stoull(random(7), nullptr, 16);
  return std::to_string(1'000'000'000'000'000 + number % 9'000'000'000'000'000);
}

}  // namespace

Users::Users(Store& store, const std::string& owner, const std::string& token, RandomHex random)
    : store_(store), random_(std::move(random)), owner_(owner) {
  if (!token.empty()) store_.put(kKind, owner_, token);
  for (const auto& [user, known] : store_.all(kKind)) {
    tokens_[user] = known;
    by_digest_[sha256_hex(known)] = user;
  }
  token_of(owner_);
  workspace_id_ = store_.get("settings", "workspace_id").value_or("");
  if (workspace_id_.empty()) {
    workspace_id_ = new_workspace_id(random_);
    store_.put("settings", "workspace_id", workspace_id_);
  }
}

std::string Users::who(std::string_view authorization) const {
  constexpr std::string_view kScheme = "Bearer ";
  if (!authorization.starts_with(kScheme)) return {};
  // Looked up by digest, so that the time it takes says nothing about a token.
  const auto found = by_digest_.find(sha256_hex(authorization.substr(kScheme.size())));
  return found == by_digest_.end() ? std::string() : found->second;
}

std::string Users::token_of(const std::string& user) {
  if (const auto found = tokens_.find(user); found != tokens_.end()) return found->second;
  std::string token = "dapi" + random_(kTokenBytes);
  tokens_[user] = token;
  by_digest_[sha256_hex(token)] = user;
  store_.put(kKind, user, token);
  return token;
}

std::string Users::lend(const std::string& user) {
  std::string token = "dapi" + random_(kTokenBytes);
  by_digest_[sha256_hex(token)] = user;
  return token;
}

void Users::take_back(const std::string& token) { by_digest_.erase(sha256_hex(token)); }

bool Users::known(std::string_view user) const { return tokens_.contains(user); }

std::string Users::id_of(const std::string& user) const {
  std::int64_t id = 1000;
  for (const auto& [name, token] : tokens_) {
    if (name == user) break;
    ++id;
  }
  return std::to_string(id);
}

Json Users::scim_user(const std::string& user) const {
  const Json email = {{"type", "work"}, {"value", user}, {"primary", true}};
  const Json group = {{"display", "admins"}, {"value", "1"}, {"$ref", "Groups/1"}};
  const Json entitlement = {{"value", "workspace-access"}};
  return {{"schemas", Json::array({"urn:ietf:params:scim:schemas:core:2.0:User"})},
          {"id", id_of(user)},
          {"userName", user},
          {"displayName", user},
          {"active", true},
          {"emails", Json::array({email})},
          {"groups", Json::array({group})},
          {"entitlements", Json::array({entitlement})}};
}

Result<Answer> Users::me(const Call& call) const {
  Answer reply = answer(scim_user(call.user));
  reply.headers["X-Databricks-Org-Id"] = workspace_id_;
  return reply;
}

Result<Answer> Users::add_user(const Call& call) {
  const std::string user = text_at(call.json, "user");
  if (user.empty() || user.find('/') != std::string::npos)
    return invalid("user: a name such as you@example.com is needed");
  return answer({{"user", user}, {"token", token_of(user)}});
}

void Users::add_routes(Router& router) {
  router.add("GET", {"2.0"}, "preview/scim/v2/Me", [this](Call& call) { return me(call); });
  router.add("POST", "/api/local/users", [this](Call& call) { return add_user(call); });
}

}  // namespace dbplan::local

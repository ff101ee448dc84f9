#include "engine/spec/permissions.hpp"

#include <algorithm>
#include <set>

#include "engine/base/text.hpp"
#include "engine/spec/interpolate.hpp"
#include "engine/spec/path_text.hpp"

namespace dbplan {
namespace {

using Levels = std::string_view[];

constexpr Levels kClusters = {"CAN_ATTACH_TO", "CAN_MANAGE", "CAN_RESTART"};
constexpr Levels kPolicies = {"CAN_USE"};
constexpr Levels kTree = {"CAN_EDIT", "CAN_MANAGE", "CAN_READ", "CAN_RUN"};
constexpr Levels kPools = {"CAN_ATTACH_TO", "CAN_MANAGE"};
constexpr Levels kJobs = {"CAN_MANAGE", "CAN_MANAGE_RUN", "CAN_VIEW", "IS_OWNER"};
constexpr Levels kScopes = {"MANAGE", "READ", "WRITE"};
constexpr Levels kWarehouses = {"CAN_MANAGE", "CAN_MONITOR", "CAN_USE", "CAN_VIEW", "IS_OWNER"};
constexpr Levels kGeneral = {"CAN_MANAGE", "CAN_RUN", "CAN_VIEW"};

// Sources: Permissions API 2.0 and Secrets API 2.0; the last three columns as bundles map them.
constexpr ObjectLevels kObjects[] = {
    {"cluster-policies", kPolicies, "CAN_USE", "CAN_USE", ""},
    {"clusters", kClusters, "CAN_MANAGE", "CAN_RESTART", "CAN_ATTACH_TO"},
    {"directories", kTree, "CAN_MANAGE", "CAN_RUN", "CAN_READ"},
    {"instance-pools", kPools, "CAN_MANAGE", "CAN_ATTACH_TO", ""},
    {"jobs", kJobs, "CAN_MANAGE", "CAN_MANAGE_RUN", "CAN_VIEW"},
    {"notebooks", kTree, "CAN_MANAGE", "CAN_RUN", "CAN_READ"},
    {"secret_scopes", kScopes, "MANAGE", "READ", "READ"},
    {"sql/warehouses", kWarehouses, "CAN_MANAGE", "CAN_MONITOR", "CAN_VIEW"},
};

constexpr std::string_view kPrincipals[] = {"group_name", "service_principal_name", "user_name"};

/// One entry of a list of permissions.
struct Grant {
  std::string_view field;           // which of kPrincipals
  const Node* principal = nullptr;  // its name
  std::string level;
};

/// Users are the same in any case of letters.
std::string identity(const Grant& grant) {
  const std::string name(grant.principal->text);
  return std::string(grant.field) + " " + (grant.field == "user_name" ? lower_case(name) : name);
}

class GrantReader {
 public:
  GrantReader(std::string_view what, std::span<const std::string_view> levels, Reporter& report)
      : what_(what), levels_(levels), report_(report) {}

  std::vector<Grant> read(const Node& list) {
    std::vector<Grant> grants;
    if (!list.is_list()) {
      wrong(list, "\"permissions\"", "a list");
      return grants;
    }
    std::set<std::string> seen;
    for (const Node* item : list.items) {
      const auto grant = read_one(*item);
      if (!grant) continue;
      if (grant->level == "IS_OWNER") check_owner(*grant);
      if (seen.insert(identity(*grant)).second)
        grants.push_back(*grant);
      else
        report_.error(grant->principal->place, "Duplicate principal",
                      in_quotes(grant->principal->text) +
                          " has a permission in this list already. Each has one: remove one of "
                          "the two.");
    }
    return grants;
  }

 private:
  std::optional<Grant> read_one(const Node& item) {
    if (!item.is_map()) return wrong(item, "An item of \"permissions\"", "a map");
    Grant grant;
    const Node* level = nullptr;
    bool broken = false;
    for (const Member& member : item.members) {
      const auto field = std::ranges::find(kPrincipals, member.key);
      if (member.key != "level" && field == std::end(kPrincipals)) {
        report_.error(member.place, "Unknown field",
                      in_quotes(member.key) + " is not a field of a permission." +
                          suggestion(member.key, {"group_name", "level", "service_principal_name",
                                                  "user_name"}));
        broken = true;
      } else if (!member.value->is_scalar()) {
        wrong(*member.value, in_quotes(member.key), "text");
        broken = true;
      } else if (member.key == "level") {
        level = member.value;
      } else if (grant.principal != nullptr) {
        report_.error(member.place, "Conflicting fields",
                      "A permission is for one principal, and this one names two. Make two items "
                      "of it.");
        broken = true;
      } else {
        grant.field = *field;
        grant.principal = member.value;
      }
    }
    if (broken) return std::nullopt;
    if (grant.principal == nullptr || level == nullptr) {
      report_.error(item.place, "Missing field",
                    level == nullptr
                        ? "\"level\" is required in a permission. " + choices()
                        : std::string("A permission is for one of user_name, group_name and "
                                      "service_principal_name. Add one."));
      return std::nullopt;
    }
    if (!holds_placeholder(level->text) && std::ranges::find(levels_, level->text) == levels_.end())
      return unknown_level(*level);
    grant.level = level->text;
    return grant;
  }

  std::string choices() const {
    std::string text;
    for (std::size_t i = 0; i < levels_.size(); ++i)
      text += (i == 0 ? "" : i + 1 == levels_.size() ? " or " : ", ") + std::string(levels_[i]);
    return std::string(what_) + " takes " + text + ".";
  }

  std::optional<Grant> unknown_level(const Node& level) {
    const std::vector<std::string> names(levels_.begin(), levels_.end());
    const std::string near = suggestion(level.text, names);
    report_.error(
        level.place, "Unknown value",
        in_quotes(level.text) + " is no level here." + (near.empty() ? " " + choices() : near));
    return std::nullopt;
  }

  void check_owner(const Grant& grant) {
    if (grant.field == "group_name")
      report_.error(grant.principal->place, "Wrong owner",
                    "A group cannot be the owner. Name a user or a service principal.");
    else if (std::exchange(owned_, true))
      report_.error(grant.principal->place, "Two owners",
                    "Another item of this list is IS_OWNER already. There is one owner.");
  }

  std::nullopt_t wrong(const Node& node, std::string_view what, std::string_view expected) {
    report_.error(node.place, "Wrong type",
                  std::string(what) + " is " + std::string(expected) + ", and this is " +
                      std::string(describe(node)) + ".");
    return std::nullopt;
  }

  std::string_view what_;
  std::span<const std::string_view> levels_;
  Reporter& report_;
  bool owned_ = false;
};

class Expansion {
 public:
  Expansion(const Scope& scope, std::span<const Kind* const> kinds, Drafts& drafts,
            Reporter& report)
      : scope_(scope),
        permissions_(find_kind(kinds, "permissions")),
        acls_(find_kind(kinds, "secret_acls")),
        secrets_(find_kind(kinds, "secrets")),
        folders_(find_kind(kinds, "folders")),
        drafts_(drafts),
        report_(report) {}

  void expand(std::span<const Node* const> lists) {
    GrantReader reader("\"permissions\" of a spec", kGeneral, report_);
    std::set<std::string> seen;
    for (const Node* list : lists)
      for (Grant& grant : reader.read(*list))
        if (seen.insert(identity(grant)).second) general_.push_back(std::move(grant));
    if (!general_.empty() && folders_ != nullptr) add_root();
    const std::size_t count = drafts_.all.size();  // what is added has no permissions itself
    for (std::size_t i = 0; i < count; ++i) expand(i);
  }

 private:
  // The folder of the deployment: what lies in it inherits its permissions.
  void add_root() {
    for (const Draft& draft : drafts_.all)
      if (draft.resource.kind == folders_ &&
          canonical_workspace_path(text_at(draft.resource.body, "path")) == scope_.root_path)
        return;
    Draft root;
    root.resource.address = {"folders", "root"};
    while (drafts_.find(root.resource.address) >= 0) root.resource.address.key += "_";
    root.resource.kind = folders_;
    root.resource.body = {{"path", scope_.root_path}};
    root.place = general_.front().principal->place;
    root.resource.where = report_.range(root.place);
    drafts_.add(std::move(root));
  }

  void expand(std::size_t index) {
    const Kind& kind = *drafts_.all[index].resource.kind;
    const Node* node = drafts_.all[index].node;
    const Member* own = node == nullptr ? nullptr : find_member(*node, "permissions");
    const ObjectLevels* levels = permission_levels(kind);
    if (own != nullptr && own->value->is_null()) own = nullptr;
    if (levels == nullptr) {
      if (own != nullptr)
        report_.error(own->place, "No permissions",
                      "A " + std::string(kind.noun) +
                          " has no permissions of its own in the workspace. Remove the block.");
      return;
    }
    std::vector<Grant> grants;
    if (own != nullptr)
      grants =
          GrantReader("A " + std::string(kind.noun), levels->levels, report_).read(*own->value);
    if (!inherits(index)) add_general(*levels, grants);
    const Place place = own != nullptr ? own->place : drafts_.all[index].place;
    if (kind.name == "secret_scopes") {
      for (const Grant& grant : grants) add_acl(index, grant);
      if (const Member* secrets = node == nullptr ? nullptr : find_member(*node, "secrets"))
        add_secrets(index, *secrets);
    } else if (own != nullptr || !grants.empty()) {
      add_permissions(index, place, grants);
    }
  }

  bool inherits(std::size_t index) const {
    const Resource& resource = drafts_.all[index].resource;
    const std::string path = text_at(resource.body, "path");
    return resource.kind->in_tree && path != scope_.root_path && is_below(path, scope_.root_path);
  }

  void add_general(const ObjectLevels& levels, std::vector<Grant>& grants) const {
    std::set<std::string> own;
    for (const Grant& grant : grants) own.insert(identity(grant));
    for (Grant grant : general_) {
      const std::string_view level = grant.level == "CAN_MANAGE" ? levels.manage
                                     : grant.level == "CAN_RUN"  ? levels.run
                                                                 : levels.view;
      if (level.empty() || own.contains(identity(grant))) continue;
      grant.level = level;
      grants.push_back(std::move(grant));
    }
  }

  void add_permissions(std::size_t owner, Place place, const std::vector<Grant>& grants) {
    if (permissions_ == nullptr) return;
    Draft draft = part(*permissions_, place);
    draft.resource.address = {"permissions", drafts_.all[owner].resource.address.text()};
    draft.resource.owner = drafts_.all[owner].resource.address;
    Json list = Json::array();
    for (const Grant& grant : grants) {
      const Json::json_pointer at = Json::json_pointer("/access_control_list") / list.size();
      link(draft, at / std::string(grant.field), *grant.principal);
      list.push_back({{std::string(grant.field), std::string(grant.principal->text)},
                      {"permission_level", grant.level}});
    }
    draft.resource.body = {{"access_control_list", std::move(list)}};
    add(owner, std::move(draft));
  }

  void add_acl(std::size_t scope, const Grant& grant) {
    if (acls_ == nullptr) return;
    Draft draft = part(*acls_, grant.principal->place);
    const Resource& owner = drafts_.all[scope].resource;
    const std::string name(grant.principal->text);
    draft.resource.address = {"secret_acls", owner.address.key + "." + name};
    draft.resource.body = {
        {"scope", text_at(owner.body, "name")}, {"principal", name}, {"permission", grant.level}};
    link(draft, Json::json_pointer("/principal"), *grant.principal);
    add(scope, std::move(draft));
  }

  void add_secrets(std::size_t scope, const Member& block) {
    if (secrets_ == nullptr || block.value->is_null()) return;
    if (!block.value->is_map())
      return report_.error(
          block.value->place, "Wrong type",
          "\"secrets\" is a map of keys, and this is " + std::string(describe(*block.value)) + ".");
    for (const Member& secret : block.value->members) {
      const Node* variable = secret.value->is_map() ? find_value(*secret.value, "env") : nullptr;
      if (variable == nullptr || !variable->is_scalar() || variable->text.empty() ||
          secret.value->members.size() != 1) {
        // Without the line itself: it may show the value.
        report_.error({secret.place.file, 0, 0}, "Wrong secret",
                      "Line " + std::to_string(secret.place.line) + ": " + in_quotes(secret.key) +
                          " holds no reference to an environment variable. The value of a secret "
                          "never stands in a spec: write " +
                          in_quotes(std::string(secret.key) + ": {env: NAME}") + ".");
        continue;
      }
      if (!check_secret_key(secret)) continue;
      Draft draft = part(*secrets_, secret.place);
      const Resource& owner = drafts_.all[scope].resource;
      draft.resource.address = {"secrets", owner.address.key + "." + std::string(secret.key)};
      draft.resource.body = {{"scope", text_at(owner.body, "name")},
                             {"key", std::string(secret.key)},
                             {"env", std::string(variable->text)}};
      add(scope, std::move(draft));
    }
  }

  bool check_secret_key(const Member& secret) {
    const auto allowed = [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
             std::string_view("._@/-").find(c) != std::string_view::npos;
    };
    if (secret.key.size() <= 128 && std::ranges::all_of(secret.key, allowed)) return true;
    report_.error(secret.place, "Invalid key",
                  "The key of a secret has at most 128 letters, digits and \"_\", \"-\", \".\", "
                  "\"@\", \"/\", and " +
                      in_quotes(secret.key) + " does not.");
    return false;
  }

  Draft part(const Kind& kind, Place place) const {
    Draft draft;
    draft.resource.kind = &kind;
    draft.resource.where = report_.range(place);
    draft.place = place;
    return draft;
  }

  void add(std::size_t owner, Draft draft) {
    const Place place = draft.place;
    const std::size_t index = drafts_.add(std::move(draft));
    drafts_.edges.push_back({index, owner, place});
  }

  static void link(Draft& draft, Json::json_pointer at, const Node& node) {
    if (node.text.find("${resources.") != std::string_view::npos)
      draft.links.push_back({std::move(at), &node, nullptr});
  }

  const Scope& scope_;
  const Kind *permissions_, *acls_, *secrets_, *folders_;
  Drafts& drafts_;
  Reporter& report_;
  std::vector<Grant> general_;
};

}  // namespace

const ObjectLevels* permission_levels(const Kind& kind) {
  const std::string_view object = kind.name == "secret_scopes" ? kind.name : kind.permission_object;
  if (object.empty()) return nullptr;
  const auto found = std::ranges::find(kObjects, object, &ObjectLevels::object);
  return found == std::end(kObjects) ? nullptr : &*found;
}

std::span<const std::string_view> general_levels() { return kGeneral; }

void expand_permissions(std::span<const Node* const> general, const Scope& scope,
                        std::span<const Kind* const> kinds, Drafts& drafts, Reporter& report) {
  Expansion(scope, kinds, drafts, report).expand(general);
}

}  // namespace dbplan

#include <algorithm>
#include <cctype>
#include <charconv>
#include <map>

#include "engine/spec/interpolate.hpp"
#include "engine/spec/loaded_spec.hpp"
#include "engine/spec/path_text.hpp"

namespace dbplan {
namespace {

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (std::size_t at = text.find(what); at != std::string::npos;
       at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
}

/// What comes before the "@", with only letters, digits and "_": as bundles shorten a name.
std::string short_name(std::string_view user_name) {
  std::string name(user_name.substr(0, user_name.find('@')));
  for (char& c : name)
    if (static_cast<unsigned char>(c) < 0x80 && !std::isalnum(static_cast<unsigned char>(c)))
      c = '_';
  return name;
}

class Filler {
 public:
  explicit Filler(const ServerFacts& facts)
      : facts_(facts), short_name_(short_name(facts.user_name)) {}

  void fill(std::string& text) const {
    if (text.find("${") == std::string::npos) return;
    if (!facts_.user_name.empty()) {
      replace_all(text, kUserName, facts_.user_name);
      replace_all(text, kShortName, short_name_);
    }
    if (text.find(kLookup) == std::string::npos) return;
    for (const auto& [variable, id] : facts_.lookups) {
      replace_all(text, std::string(kLookup) + variable + "}", id);
      const std::string number = std::string(kLookup) + variable + std::string(kAsNumber) + "}";
      replace_all(text, number, id);
    }
  }

  void fill(Json& value) const {
    if (value.is_structured())
      for (Json& item : value) fill(item);
    if (!value.is_string()) return;
    auto& text = value.get_ref<std::string&>();
    const bool wants_number =
        text.starts_with(kLookup) && text.ends_with(std::string(kAsNumber) + "}");
    fill(text);
    std::int64_t number = 0;
    const char* end = text.data() + text.size();
    if (wants_number && std::from_chars(text.data(), end, number).ptr == end) value = number;
  }

  bool names_user(const std::string& text) const {
    return text.find(facts_.user_name) != text.npos || text.find(short_name_) != text.npos;
  }

 private:
  const ServerFacts& facts_;
  std::string short_name_;
};

/// Service principals are called by their application id.
bool is_service_principal(std::string_view user_name) {
  return user_name.find('@') == std::string_view::npos && user_name.size() == 36 &&
         user_name[8] == '-' && user_name[13] == '-';
}

void check_user(const Spec& spec, const Filler& filler, const std::string& user_name,
                Reporter& report) {
  for (const UserCheck& check : spec.user_checks)
    if (!filler.names_user(check.text)) report.error(check.place, check.summary, check.detail);
  if (spec.needs_root_path && !is_service_principal(user_name))
    report.error(*spec.needs_root_path, "Missing root path",
                 "A target in production mode sets \"workspace.root_path\", so that there is one "
                 "copy of it and not one for each user. Add, for example, \"root_path: "
                 "/Workspace/Shared/.bundle/${bundle.name}/${bundle.target}\".");
}

}  // namespace

void check_workspace_paths(std::span<const Resource> resources, std::span<const Place> places,
                           Reporter& report) {
  std::map<std::string, std::size_t> owners;
  for (std::size_t i = 0; i < resources.size(); ++i) {
    const Kind& kind = *resources[i].kind;
    if (kind.key_field.empty()) continue;
    const std::string path = text_at(resources[i].body, kind.key_field);
    if (path.empty()) continue;
    const auto claim = [&](const std::string& one) {
      // Paths are one space for every kind; other names are told apart by kind and parent.
      const std::string id = kind.in_tree
                                 ? canonical_workspace_path(one)
                                 : std::string(kind.name) + "\n" +
                                       text_at(resources[i].body, kind.parent_field) + "\n" + one;
      const auto [owner, is_new] = owners.emplace(id, i);
      if (!is_new && !kind.in_tree)
        report.error(places[i], "Two resources of one name",
                     in_quotes(resources[i].address.text()) + " and " +
                         in_quotes(resources[owner->second].address.text()) + " would both be " +
                         in_quotes(one) + ". Rename one of them.");
      else if (!is_new)
        report.error(places[i], "Two resources for one path",
                     in_quotes(resources[i].address.text()) + " and " +
                         in_quotes(resources[owner->second].address.text()) +
                         " would both be written to " + in_quotes(one) +
                         ". Give one of them another path.");
    };
    if (resources[i].files.empty()) claim(path);
    for (const auto& [name, bytes] : resources[i].files)
      claim(name.empty() ? path : path + "/" + name);
  }
}

Desired resolve(const Spec& spec, const Tree&, const ServerFacts& facts, Diagnostics& problems) {
  Desired desired = spec.desired;
  if (facts.user_name.empty() && facts.lookups.empty()) return desired;
  const Filler filler(facts);
  filler.fill(desired.root_path);
  filler.fill(desired.host);
  for (Resource& resource : desired.resources) {
    filler.fill(resource.address.key);  // that of a secret's ACL holds its principal
    filler.fill(resource.body);
  }
  Reporter report(spec.files, problems);
  if (!facts.user_name.empty()) check_user(spec, filler, facts.user_name, report);
  // Two paths may differ only in that one of them names the user in full.
  check_workspace_paths(desired.resources, spec.places, report);
  if (!std::ranges::is_sorted(desired.resources, {}, &Resource::address))
    std::ranges::sort(desired.resources, {}, &Resource::address);
  return desired;
}

}  // namespace dbplan

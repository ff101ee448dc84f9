#include <cctype>
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

class UserFiller {
 public:
  explicit UserFiller(const std::string& user_name)
      : user_name_(user_name), short_name_(short_name(user_name)) {}

  void fill(std::string& text) const {
    if (text.find("${workspace.") == std::string::npos) return;
    replace_all(text, kUserName, user_name_);
    replace_all(text, kShortName, short_name_);
  }

  void fill(Json& value) const {
    if (value.is_string())
      fill(value.get_ref<std::string&>());
    else if (value.is_structured())
      for (Json& item : value) fill(item);
  }

 private:
  std::string user_name_;
  std::string short_name_;
};

}  // namespace

void check_workspace_paths(std::span<const Resource> resources, std::span<const Place> places,
                           Reporter& report) {
  std::map<std::string, std::size_t> owners;
  for (std::size_t i = 0; i < resources.size(); ++i) {
    const Kind& kind = *resources[i].kind;
    if (!kind.in_tree) continue;
    const std::string path = text_at(resources[i].body, kind.key_field);
    if (path.empty()) continue;
    const auto [owner, is_new] = owners.emplace(canonical_workspace_path(path), i);
    if (is_new) continue;
    report.error(places[i], "Two resources for one path",
                 in_quotes(resources[i].address.text()) + " and " +
                     in_quotes(resources[owner->second].address.text()) +
                     " would both be written to " + in_quotes(path) +
                     ". Give one of them another path.");
  }
}

Desired resolve(const Spec& spec, const Tree&, const std::string& user_name,
                Diagnostics& problems) {
  Desired desired = spec.desired;
  if (user_name.empty()) return desired;
  const UserFiller filler(user_name);
  filler.fill(desired.root_path);
  filler.fill(desired.host);
  for (Resource& resource : desired.resources) filler.fill(resource.body);
  // Two paths may differ only in that one of them names the user in full.
  Reporter report(spec.files, problems);
  check_workspace_paths(desired.resources, spec.places, report);
  return desired;
}

}  // namespace dbplan

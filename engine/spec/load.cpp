#include <algorithm>

#include "engine/spec/blocks.hpp"
#include "engine/spec/interpolate.hpp"
#include "engine/spec/layout.hpp"
#include "engine/spec/loaded_spec.hpp"
#include "engine/spec/loader.hpp"
#include "engine/spec/local_files.hpp"
#include "engine/spec/notebooks.hpp"
#include "engine/spec/path_text.hpp"
#include "engine/spec/permissions.hpp"
#include "engine/spec/presets.hpp"
#include "engine/spec/references.hpp"
#include "engine/spec/resources.hpp"
#include "engine/spec/schedules.hpp"
#include "engine/spec/variables.hpp"
#include "engine/spec/yaml_reader.hpp"

namespace dbplan {
namespace {

/// The passes over one spec, in their order. Each walks what it needs once.
class Load {
 public:
  Load(const Tree& tree, const SpecOptions& options, std::span<const Kind* const> kinds,
       Diagnostics& problems)
      : tree_(tree),
        options_(options),
        kinds_(kinds),
        spec_(new Spec),
        report_(spec_->files, problems, options.skip_unsupported) {}

  SpecPtr run() {
    sources_ = read_sources(tree_, options_.path, spec_->files, arena_, report_);
    target_ = choose_target(*sources_.root, options_.target, sources_.start, report_);
    Interpolator interpolator(arena_, report_, sources_.incomplete);
    Drafts drafts;
    define_names(interpolator);
    const Node* resources = merged_resources(*sources_.root, target_, kinds_, arena_);
    read_resources(*resources, kinds_, interpolator, drafts, report_);
    name_keys(drafts, report_);
    const Node* mode = target_.node == nullptr ? nullptr : find_value(*target_.node, "mode");
    if (mode != nullptr) mode = interpolator.apply(mode);
    const Node* preset_block = merged_block(*sources_.root, target_, "presets", arena_);
    const Presets presets = read_presets(preset_block, mode, interpolator, report_);
    apply_presets(presets, drafts);
    const Json run_as = read_run_as(*sources_.root, target_, interpolator, report_);
    apply_run_as(run_as, drafts);
    if (mode != nullptr) check_mode(*mode, presets, preset_block, run_as, interpolator);
    attach_schedules(drafts, report_);
    place_files(interpolator, drafts);
    expand_permissions(general_permissions(interpolator), scope_, kinds_, drafts, report_);
    check_moves(drafts, report_);
    link_references(drafts, kinds_, scope_, report_);
    keep_lookups(interpolator);
    finish(std::move(drafts));
    return std::move(spec_);
  }

 private:
  // What `${...}` may name, and with it what decides where everything goes.
  void define_names(Interpolator& interpolator) {
    const Node* bundle = merged_block(*sources_.root, target_, "bundle", arena_);
    const Node* workspace = merged_block(*sources_.root, target_, "workspace", arena_);
    lookups_ =
        define_variables(*sources_.root, target_, {options_, read_variable_file(), sources_.start},
                         arena_, interpolator, report_);
    const Node* name = bundle == nullptr ? nullptr : find_value(*bundle, "name");
    if (name == nullptr && !sources_.incomplete)
      report_.error(sources_.start, "Missing bundle name",
                    "The spec has no name. Add \"bundle:\" with \"name: ...\": it tells this "
                    "deployment from others.");
    interpolator.define("bundle.name", name);
    for (const char* alias : {"bundle.target", "bundle.environment"})
      interpolator.define(alias, text(target_.name));
    for (const char* field : {"host", "profile"}) {
      const Node* value = workspace == nullptr ? nullptr : find_value(*workspace, field);
      if (value != nullptr) interpolator.define(std::string("workspace.") + field, value);
    }
    define_git(bundle, interpolator);
    scope_.bundle = interpolator.text_of("bundle.name").value_or("");
    scope_.target = target_.name;
    check_name(scope_.bundle, name == nullptr ? sources_.start : name->place);
    check_name(scope_.target, sources_.start);
    scope_.folder = sources_.folder;
    scope_.layout_root = sources_.folder;
    scope_.incomplete = sources_.incomplete;
    define_paths(workspace, interpolator);
    spec_->desired.host = interpolator.text_of("workspace.host").value_or("");
    spec_->desired.profile = interpolator.text_of("workspace.profile").value_or("");
  }

  void define_paths(const Node* workspace, Interpolator& interpolator) {
    const Node* root = workspace == nullptr ? nullptr : find_value(*workspace, "root_path");
    if (root == nullptr || !root->is_scalar())
      root = text("/Workspace/Users/" + std::string(kUserName) + "/.bundle/" + scope_.bundle + "/" +
                  scope_.target);
    scope_.root_path = workspace_path(*interpolator.apply(root));
    check_root(root->place);
    interpolator.define("workspace.root_path", text(scope_.root_path));
    const Node* files = workspace == nullptr ? nullptr : find_value(*workspace, "file_path");
    scope_.file_path = files != nullptr && files->is_scalar()
                           ? workspace_path(*interpolator.apply(files))
                           : scope_.root_path + "/files";
    interpolator.define("workspace.file_path", text(scope_.file_path));
    // dbplan puts nothing there; names in a spec may be made of them.
    interpolator.define("workspace.state_path", text(scope_.root_path + "/state"));
    for (const auto& [field, folder] :
         {std::pair{"artifact_path", "/artifacts"}, {"resource_path", "/resources"}}) {
      const Node* given = workspace == nullptr ? nullptr : find_value(*workspace, field);
      interpolator.define(std::string("workspace.") + field,
                          given != nullptr && given->is_scalar()
                              ? text(workspace_path(*interpolator.apply(given)))
                              : text(scope_.root_path + folder));
    }
  }

  // The lists of the spec and of its target are joined; who is in both has the target's level.
  std::vector<const Node*> general_permissions(Interpolator& interpolator) {
    std::vector<const Node*> lists;
    for (const Node* node : {target_.node, sources_.root}) {
      const Node* list = node == nullptr ? nullptr : find_value(*node, "permissions");
      if (list != nullptr && list->is_list()) lists.push_back(interpolator.apply(list));
    }
    return lists;
  }

  // Both become folders of the default root path.
  void check_name(const std::string& name, Place place) {
    if (name.find('/') == std::string::npos && name != "." && name != "..") return;
    report_.error(place, "Invalid name",
                  "The name of a bundle or a target is the name of a folder too, and " +
                      in_quotes(name) + " cannot be one. Use letters, digits, \"-\" and \"_\".");
  }

  // The root path is what a deployment owns, and what destroy clears.
  void check_root(Place place) {
    const std::string& root = scope_.root_path;
    const std::string home = "/Workspace/Users/" + std::string(kUserName);
    for (const std::string_view shared :
         {"/", "/Workspace", "/Workspace/Users", "/Workspace/Shared", "/Workspace/Repos"})
      if (root == shared) return report_shared(place);
    if (root == home) report_shared(place);
  }

  void report_shared(Place place) {
    report_.error(place, "Root path is not ours alone",
                  in_quotes(scope_.root_path) +
                      " holds other things too. Name a folder below it that belongs to this "
                      "deployment.");
  }

  std::string workspace_path(const Node& node) {
    const std::string_view path = node.text;
    if (path == "~" || path.starts_with("~/"))
      return "/Workspace/Users/" + std::string(kUserName) +
             (path.size() > 2 ? join_workspace_path("", path.substr(2)) : "");
    if (!path.starts_with('/') && !path.starts_with("${"))
      report_.error(
          node.place, "Path is not absolute",
          in_quotes(path) + " is no workspace path. Begin it with \"/Workspace/\" or \"~/\".");
    return canonical_workspace_path(path);
  }

  const Node* text(const std::string& value) {
    return arena_.scalar(value, Node::Style::Quoted, sources_.start);
  }

  // Values of variables that are kept beside the spec and out of the repository.
  const Node* read_variable_file() {
    const auto path = join_path(sources_.folder,
                                ".databricks/bundle/" + target_.name + "/variable-overrides.json");
    if (!path || !tree_.is_file(*path)) return nullptr;
    auto text = tree_.read(*path);
    if (!text) return nullptr;
    std::ranges::replace(*text, '\t', ' ');  // JSON may be indented with tabs, YAML may not
    const std::uint32_t file = spec_->files.add(*path, tree_.display(*path), std::move(*text));
    const Node* values = read_yaml(spec_->files, file, arena_, report_);
    if (values == nullptr || values->is_map()) return values;
    report_.error(
        values->place, "Wrong type",
        "The file is a map of variables, and this is " + std::string(describe(*values)) + ".");
    return nullptr;
  }

  const GitFacts& git_facts() {
    if (!git_) git_ = options_.git ? options_.git() : GitFacts{};
    return *git_;
  }

  // A target may have one of its own, beside its "bundle" or in it.
  const Node* git_block(const Node* bundle) const {
    const Node* git = target_.node == nullptr ? nullptr : find_value(*target_.node, "git");
    return git != nullptr || bundle == nullptr ? git : find_value(*bundle, "git");
  }

  bool speaks_of(std::string_view name) const {
    for (std::uint32_t file = 0; file < spec_->files.size(); ++file)
      if (spec_->files.text(file).find(name) != std::string_view::npos) return true;
    return false;
  }

  void define_git(const Node* bundle, Interpolator& interpolator) {
    if (!speaks_of("bundle.git.")) return;
    const Node* git = git_block(bundle);
    const auto define = [&](const std::string& name, const std::string& fact) {
      const Node* given = git == nullptr || !git->is_map() ? nullptr : find_value(*git, name);
      if (given == nullptr && fact.empty()) return;
      interpolator.define("bundle.git." + name, given == nullptr ? text(fact) : given);
    };
    define("branch", git_facts().branch);
    define("commit", git_facts().commit);
    define("origin_url", git_facts().origin_url);
  }

  void place_files(Interpolator& interpolator, Drafts& drafts) {
    const Kind* notebooks = find_kind(kinds_, "notebooks");
    const Kind* files = find_kind(kinds_, "files");
    if (notebooks == nullptr || files == nullptr) return;
    Member sync{"sync", {}, nullptr};
    for (const Node* node : {sources_.root, target_.node})
      if (const Member* member = node == nullptr ? nullptr : find_member(*node, "sync"))
        sync = {"sync", member->place, member->value};
    const bool is_synced = sync.value != nullptr;
    if (const Node* block = merged_block(*sources_.root, target_, "sync", arena_))
      sync.value = interpolator.apply(block);
    LocalFiles local(tree_, spec_->files, *files, report_);
    local.collect(is_synced ? &sync : nullptr, drafts, scope_);
    place_notebooks(drafts, *notebooks, local.notebooks(), scope_, tree_, spec_->files, report_);
    local.place(drafts, scope_);
  }

  // What bundles ask of a target with this mode.
  void check_mode(const Node& mode, const Presets& presets, const Node* preset_block,
                  const Json& run_as, Interpolator& interpolator) {
    const Node* workspace = merged_block(*sources_.root, target_, "workspace", arena_);
    const Node* own = target_.node == nullptr ? nullptr : find_value(*target_.node, "workspace");
    if (mode.text == "development") {
      const auto check = [&](const std::string& value, std::string_view block, const Node* fields,
                             std::string_view field) {
        const Member* member = fields == nullptr ? nullptr : find_member(*fields, field);
        if (member == nullptr || value.find("${workspace.current_user.") != value.npos) return;
        spec_->user_checks.push_back(
            {value, member->place, "Not one user's own",
             "In development mode everybody has a copy, so " + in_quotes(field) + " of " +
                 in_quotes(block) +
                 " has to hold the name of the user. Use ${workspace.current_user.short_name}" +
                 (field == "root_path" ? " or begin it with \"~/\"." : ".")});
      };
      check(presets.name_prefix, "presets", preset_block, "name_prefix");
      check(scope_.root_path, "workspace", workspace, "root_path");
      if (presets.pause_status == "UNPAUSED")
        report_.error(find_member(*preset_block, "trigger_pause_status")->place,
                      "Conflicting fields",
                      "In development mode nothing starts by itself: \"trigger_pause_status\" "
                      "cannot be UNPAUSED here. A schedule may say so itself.");
    } else if (mode.text == "production") {
      const bool has_root = own != nullptr && own->is_map() && find_value(*own, "root_path");
      if (!has_root && run_as.empty()) spec_->needs_root_path = mode.place;
      check_branch(interpolator);
    }
  }

  void check_branch(Interpolator& interpolator) {
    const Node* bundle = merged_block(*sources_.root, target_, "bundle", arena_);
    const Node* git = git_block(bundle);
    const Node* branch = git == nullptr || !git->is_map() ? nullptr : find_value(*git, "branch");
    if (branch == nullptr || git_facts().branch.empty()) return;
    const std::string wanted(interpolator.apply(branch)->text);
    if (wanted != git_facts().branch)
      report_.error(branch->place, "Wrong branch",
                    "This target is for the branch " + in_quotes(wanted) +
                        ", and the work tree is on " + in_quotes(git_facts().branch) + ".");
  }

  void keep_lookups(Interpolator& interpolator) {
    for (const Lookup& lookup : lookups_) {
      const Node* name = interpolator.apply(lookup.name);
      spec_->lookups.push_back({lookup.variable, lookup.type, std::string(name->text),
                                report_.range(lookup.name->place)});
      if (name->text.find("${") != std::string_view::npos)
        report_.error(lookup.name->place, "Name is not known",
                      "The name of what is looked up has to be known before the workspace is "
                      "asked, and " +
                          in_quotes(name->text) + " is not.");
    }
  }

  void finish(Drafts drafts) {
    Desired& desired = spec_->desired;
    desired.bundle = scope_.bundle;
    desired.target = scope_.target;
    desired.root_path = scope_.root_path;
    std::ranges::sort(drafts.all, {},
                      [](const Draft& draft) -> const Address& { return draft.resource.address; });
    desired.resources.reserve(drafts.all.size());
    for (Draft& draft : drafts.all) {
      spec_->places.push_back(draft.place);
      desired.resources.push_back(std::move(draft.resource));
    }
    check_workspace_paths(desired.resources, spec_->places, report_);
  }

  const Tree& tree_;
  const SpecOptions& options_;
  std::span<const Kind* const> kinds_;
  SpecPtr spec_;
  Reporter report_;
  Arena arena_;
  Sources sources_;
  Target target_;
  Scope scope_;
  std::vector<Lookup> lookups_;
  std::optional<GitFacts> git_;
};

// Whether a text below `value` holds the placeholder that begins with `begin`.
bool mentions(const Json& value, const std::string& begin) {
  if (value.is_structured())
    return std::ranges::any_of(value, [&](const Json& item) { return mentions(item, begin); });
  if (!value.is_string()) return false;
  const auto& text = value.get_ref<const std::string&>();
  for (std::size_t at = text.find(begin); at != text.npos; at = text.find(begin, at + 1))
    if (text[at + begin.size()] == '}' || text[at + begin.size()] == '#') return true;
  return false;
}

}  // namespace

SpecPtr load_spec(const Tree& tree, const SpecOptions& options, std::span<const Kind* const> kinds,
                  Diagnostics& problems) {
  return Load(tree, options, kinds, problems).run();
}

void SpecDeleter::operator()(Spec* spec) const { delete spec; }

std::vector<SpecLookup> spec_lookups(const Spec& spec) {
  std::vector<SpecLookup> used;
  for (const SpecLookup& lookup : spec.lookups) {
    const std::string text = std::string(kLookup) + lookup.variable;
    if (std::ranges::any_of(spec.desired.resources, [&](const Resource& resource) {
          return mentions(resource.body, text);
        }))
      used.push_back(lookup);
  }
  return used;
}

SpecWorkspace spec_workspace(const Spec& spec) { return {spec.desired.host, spec.desired.profile}; }

}  // namespace dbplan

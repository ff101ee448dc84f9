#include <algorithm>

#include "engine/spec/blocks.hpp"
#include "engine/spec/interpolate.hpp"
#include "engine/spec/layout.hpp"
#include "engine/spec/loaded_spec.hpp"
#include "engine/spec/loader.hpp"
#include "engine/spec/notebooks.hpp"
#include "engine/spec/path_text.hpp"
#include "engine/spec/permissions.hpp"
#include "engine/spec/presets.hpp"
#include "engine/spec/references.hpp"
#include "engine/spec/resources.hpp"
#include "engine/spec/schedules.hpp"
#include "engine/spec/variables.hpp"

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
    apply_presets(read_presets(merged_block(*sources_.root, target_, "presets", arena_), mode,
                               interpolator, report_),
                  drafts);
    apply_run_as(read_run_as(*sources_.root, target_, interpolator, report_), drafts);
    attach_schedules(drafts, report_);
    if (const Kind* notebooks = find_kind(kinds_, "notebooks"))
      place_notebooks(drafts, *notebooks, scope_, tree_, spec_->files, report_);
    expand_permissions(general_permissions(interpolator), scope_, kinds_, drafts, report_);
    check_moves(drafts, report_);
    refuse_local_files(drafts);
    link_references(drafts, kinds_, scope_, report_);
    finish(std::move(drafts));
    return std::move(spec_);
  }

 private:
  // What `${...}` may name, and with it what decides where everything goes.
  void define_names(Interpolator& interpolator) {
    const Node* bundle = merged_block(*sources_.root, target_, "bundle", arena_);
    const Node* workspace = merged_block(*sources_.root, target_, "workspace", arena_);
    define_variables(*sources_.root, target_, options_, sources_.start, arena_, interpolator,
                     report_);
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
    scope_.bundle = interpolator.text_of("bundle.name").value_or("");
    scope_.target = target_.name;
    check_name(scope_.bundle, name == nullptr ? sources_.start : name->place);
    check_name(scope_.target, sources_.start);
    scope_.folder = sources_.folder;
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

  void refuse_local_files(const Drafts& drafts) {
    for (const Draft& draft : drafts.all)
      for (const Link& link : draft.local_files)
        if (!reads_from_git(draft.resource.body, link.pointer))
          report_.error(link.node->place, "Not supported yet",
                        in_quotes(link.node->text) +
                            " is a local file, and dbplan uploads notebooks only for now. Put the "
                            "file into the workspace and name it by its path there.");
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
};

}  // namespace

SpecPtr load_spec(const Tree& tree, const SpecOptions& options, std::span<const Kind* const> kinds,
                  Diagnostics& problems) {
  return Load(tree, options, kinds, problems).run();
}

void SpecDeleter::operator()(Spec* spec) const { delete spec; }

SpecWorkspace spec_workspace(const Spec& spec) { return {spec.desired.host, spec.desired.profile}; }

}  // namespace dbplan

#include <set>

#include "engine/spec/notebook_items.hpp"
#include "engine/spec/path_text.hpp"

namespace dbplan {
namespace {

/// The deepest folder that holds the spec and every notebook that the layout places: moving one
/// notebook does not change how the others see each other.
std::string layout_root(const std::vector<NotebookItem>& items, const Scope& scope) {
  std::string root = scope.layout_root;
  for (const NotebookItem& item : items)
    if (item.in_layout) root = common_folder(root, folder_of(item.draft.resource.source));
  return root;
}

std::string below(std::string_view root, const std::string& path) {
  const std::string_view relative =
      std::string_view(path).substr(root.empty() ? 0 : root.size() + 1);
  return std::string(without_extension(relative));
}

class Layout {
 public:
  Layout(std::vector<NotebookItem>& items, const Scope& scope, NotebookPlaces& places,
         Reporter& report)
      : items_(items), scope_(scope), places_(places), report_(report) {}

  std::string place() {
    follow_layout();
    const std::string root = layout_root(items_, scope_);
    for (NotebookItem& item : items_)
      if (item.in_layout)
        item.workspace_path = scope_.file_path + "/" + below(root, item.draft.resource.source);
    for (std::size_t i = 0; i < items_.size(); ++i)
      if (items_[i].is_declared) place_children(i);
    for (std::size_t i = 0; i < items_.size(); ++i) place_children(i);
    for (NotebookItem& item : items_) {
      Resource& resource = item.draft.resource;
      resource.body["path"] = item.workspace_path;
      if (!item.is_declared) resource.address = {"notebooks", key_of(resource.source, root)};
    }
    return root;
  }

 private:
  // What a notebook of the layout runs lies in the layout too, unless the spec places it.
  void follow_layout() {
    std::vector<std::size_t> open;
    for (std::size_t i = 0; i < items_.size(); ++i)
      if (items_[i].in_layout) open.push_back(i);
    while (!open.empty()) {
      const std::size_t at = open.back();
      open.pop_back();
      for (const Child& child : items_[at].children) {
        NotebookItem& item = items_[child.item];
        if (item.in_layout || item.is_declared) continue;
        item.in_layout = true;
        open.push_back(child.item);
      }
    }
  }

  // A notebook that only one with a path of its own runs goes where that one will look for it.
  void place_children(std::size_t index) {
    if (items_[index].workspace_path.empty() || !visited_.emplace(index).second) return;
    const std::string folder(folder_of(items_[index].workspace_path));
    for (const Child& child : items_[index].children) {
      NotebookItem& item = items_[child.item];
      const std::string wanted = join_workspace_path(folder, wanted_name(child));
      if (item.workspace_path.empty()) {
        item.workspace_path = wanted;
      } else if (item.workspace_path != wanted) {
        report_.error(places_.place(items_[index], child.call), "Notebook out of reach",
                      "In the workspace this path leads to " + in_quotes(wanted) + ", but " +
                          in_quotes(item.draft.resource.source) + " is placed at " +
                          in_quotes(item.workspace_path) +
                          ". Change \"path\" of one of the two notebooks, so that they lie to each "
                          "other as they do locally.",
                      child.call.path);
      }
      place_children(child.item);
    }
  }

  // As written, without the extension that a notebook loses in the workspace.
  std::string wanted_name(const Child& child) const {
    const std::string& source = items_[child.item].draft.resource.source;
    const std::string extension = source.substr(without_extension(source).size());
    const std::string& path = child.call.path;
    return !extension.empty() && path.ends_with(extension)
               ? path.substr(0, path.size() - extension.size())
               : path;
  }

  static std::string key_of(const std::string& source, const std::string& root) {
    return is_below(source, root) ? below(root, source) : std::string(without_extension(source));
  }

  std::vector<NotebookItem>& items_;
  const Scope& scope_;
  NotebookPlaces& places_;
  Reporter& report_;
  std::set<std::size_t> visited_;
};

}  // namespace

Place NotebookPlaces::place(const NotebookItem& item, const NotebookCall& call) {
  const std::string& path = item.draft.resource.source;
  auto found = added_.find(path);
  if (found == added_.end()) {
    const auto text = tree_.read(path);
    found = added_.emplace(path, files_.add(path, tree_.display(path), text.value_or(""))).first;
  }
  return {found->second, static_cast<std::uint32_t>(call.line), 1};
}

std::string lay_out(std::vector<NotebookItem>& items, const Scope& scope, NotebookPlaces& places,
                    Reporter& report) {
  return Layout(items, scope, places, report).place();
}

}  // namespace dbplan

#include "engine/spec/notebooks.hpp"

#include <algorithm>
#include <optional>

#include "engine/spec/interpolate.hpp"
#include "engine/spec/notebook_file.hpp"
#include "engine/spec/notebook_items.hpp"
#include "engine/spec/path_text.hpp"

namespace dbplan {
namespace {

std::string outside(std::string_view path) {
  return in_quotes(path) +
         " leads out of the project. Files are only read below the root of the git "
         "work tree, or below the spec folder without one.";
}

/// A task's text that becomes the workspace path of a notebook.
struct Use {
  std::size_t draft = 0;
  Json::json_pointer pointer;
  Place place;
  std::size_t item = 0;
};

class Notebooks {
 public:
  Notebooks(Drafts& drafts, const Kind& kind, Scope& scope, const Tree& tree, SourceFiles& files,
            Reporter& report)
      : drafts_(drafts),
        kind_(kind),
        scope_(scope),
        tree_(tree),
        files_(files),
        report_(report),
        places_(tree, files) {}

  void place(std::span<const SyncedNotebook> synced) {
    take_declared();
    for (std::size_t i = 0; i < drafts_.all.size(); ++i)
      for (const Link& link : drafts_.all[i].links)
        if (link.rule != nullptr && link.rule->kind == kind_.name) find_in_task(i, link);
    for (const SyncedNotebook& notebook : synced) {
      const std::size_t item =
          find_or_add(notebook.path, notebook.place, report_.range(notebook.place));
      items_[item].in_layout = items_[item].in_layout || !items_[item].is_declared;
    }
    for (std::size_t i = 0; i < items_.size(); ++i) find_children(i);  // grows as it is walked
    scope_.layout_root = lay_out(items_, scope_, places_, report_);
    drop_cycles();
    give_back();
  }

 private:
  void take_declared() {
    Drafts others;
    std::vector<Draft> declared;
    for (Draft& draft : drafts_.all) {
      if (draft.resource.kind == &kind_)
        declared.push_back(std::move(draft));
      else
        others.add(std::move(draft));
    }
    drafts_ = std::move(others);
    for (Draft& draft : declared) read_declared(std::move(draft));
  }

  void read_declared(Draft draft) {
    if (draft.node == nullptr) return;  // no map: reported
    const Node* source = find_value(*draft.node, "source");
    if (source == nullptr || !source->is_scalar()) {
      broken_.push_back(std::move(draft));
      return;
    }
    draft.resource.body.erase("source");
    const auto path = join_path(folder_of(files_.path(source->place.file)), source->text);
    if (path && tree_.is_file(*path)) {
      add_declared(std::move(draft), *path, source->place);
    } else if (path && tree_.is_folder(*path)) {
      add_folder(draft, *path, source->place);
    } else {
      if (path)
        report_.error(source->place, "Missing file",
                      "There is no file or folder " + in_quotes(tree_.display(*path)) +
                          ". Paths are relative to the file that holds them.");
      else
        report_.error(source->place, "Outside the project", outside(source->text));
      broken_.push_back(std::move(draft));
    }
  }

  void add_folder(const Draft& folder, const std::string& path, Place place) {
    if (folder.resource.moved_from || folder.resource.adopt)
      report_.error(folder.place, "Conflicting fields",
                    "\"moved\" and \"adopt\" speak of one notebook, and the source is a folder of "
                    "them. Declare that notebook by itself.");
    bool any = false;
    for (const std::string& file : tree_.files_below(path)) {
      if (!is_notebook_file(tree_, file)) {
        report_.warning(place, "Not a notebook",
                        in_quotes(tree_.display(file)) +
                            " is no notebook and is left out. Other files are uploaded by an "
                            "entry below \"files\", or by \"sync\".");
        continue;
      }
      any = true;
      const std::string stem(
          without_extension(std::string_view(file).substr(path.empty() ? 0 : path.size() + 1)));
      Draft draft = folder;
      draft.resource.address.key += "/" + stem;
      if (folder.resource.body.contains("path"))
        draft.resource.body["path"] = text_at(folder.resource.body, "path") + "/" + stem;
      add_declared(std::move(draft), file, place);
    }
    if (!any)
      report_.error(place, "No notebooks",
                    "The folder " + in_quotes(tree_.display(path)) + " holds no notebook.");
  }

  void add_declared(Draft draft, const std::string& path, Place place) {
    NotebookItem item;
    item.is_declared = true;
    item.in_layout = !draft.resource.body.contains("path");
    if (!item.in_layout) item.workspace_path = own_path(draft);
    item.draft = std::move(draft);
    add_item(std::move(item), path, place);
  }

  std::string own_path(const Draft& draft) {
    const std::string path = text_at(draft.resource.body, "path");
    if (path.starts_with("~/"))
      return "/Workspace/Users/" + std::string(kUserName) + join_workspace_path("", path.substr(2));
    if (!path.starts_with('/'))
      report_.error(find_member(*draft.node, "path")->value->place, "Path is not absolute",
                    in_quotes(path) +
                        " is no workspace path. Begin it with \"/Workspace/\", "
                        "\"/Users/\", \"/Shared/\" or \"~/\", or leave \"path\" out.");
    return canonical_workspace_path(path);
  }

  // Reads the file; what is wrong with it is reported at `place`.
  std::size_t add_item(NotebookItem item, const std::string& path, Place place) {
    Resource& resource = item.draft.resource;
    resource.source = path;
    const std::string language = text_at(resource.body, "language");
    auto file = read_notebook(tree_, path, language);
    if (file) {
      resource.content = std::move(file->content);
      resource.format = std::move(file->format);
      resource.body["language"] = std::move(file->language);
      item.calls = std::move(file->calls);
    } else {
      report_.error(place, "Unusable notebook", file.error().message);
    }
    by_source_.emplace(path, items_.size());  // of a file declared twice, the first one is meant
    items_.push_back(std::move(item));
    return items_.size() - 1;
  }

  std::size_t find_or_add(const std::string& path, Place place, SourceRange where) {
    const auto known = by_source_.find(path);
    if (known != by_source_.end()) return known->second;
    NotebookItem item;
    item.draft.resource.kind = &kind_;
    item.draft.resource.body = Json::object();
    item.draft.resource.where = std::move(where);
    item.draft.place = place;
    return add_item(std::move(item), path, place);
  }

  void find_in_task(std::size_t draft, const Link& link) {
    const std::string_view text = link.node->text;
    const Place place = link.node->place;
    if (text.empty() || reads_from_git(drafts_.all[draft].resource.body, link.pointer)) return;
    std::optional<std::string> path;
    if (const std::string files = scope_.file_path + "/"; text.starts_with(files)) {
      // "${workspace.file_path}/x" means the file x of the spec's folder.
      path = find_file(join_path(scope_.folder, text.substr(files.size())));
      if (!path) return;
    } else if (text.starts_with('/') || holds_placeholder(text)) {
      return;  // in the workspace already, or another resource
    } else {
      path = join_path(folder_of(files_.path(place.file)), text);
      if (!path) return report_.error(place, "Outside the project", outside(text));
      if (!tree_.is_file(*path)) return report_missing(*path, *link.node);
    }
    const std::size_t item = find_or_add(*path, place, report_.range(place));
    items_[item].in_layout = items_[item].in_layout || !items_[item].is_declared;
    uses_.push_back({draft, link.pointer, place, item});
  }

  void report_missing(const std::string& path, const Node& node) {
    std::string detail = "There is no file " + in_quotes(tree_.display(path)) +
                         ". Paths are relative to the file that holds them.";
    if (const auto similar = find_file(path))
      detail +=
          " Did you mean " + in_quotes(std::string(node.text) + similar->substr(path.size())) + "?";
    report_.error(node.place, "Missing notebook", std::move(detail));
  }

  // The file itself, or the one with a notebook's extension added.
  std::optional<std::string> find_file(const std::optional<std::string>& path) const {
    if (!path || tree_.is_file(*path)) return path;
    for (const std::string_view extension : {".py", ".sql", ".ipynb", ".scala", ".r", ".R"})
      if (std::string file = *path + std::string(extension); tree_.is_file(file)) return file;
    return std::nullopt;
  }

  void find_children(std::size_t index) {
    const std::vector<NotebookCall> calls = std::move(items_[index].calls);
    const std::string source = items_[index].draft.resource.source;
    for (const NotebookCall& call : calls) {
      if (call.path.empty() || call.path.starts_with('/')) continue;  // in the workspace already
      const auto named = join_path(folder_of(source), call.path);
      const auto path = find_file(named);
      if (!path) {
        report_.error(places_.place(items_[index], call), "Missing notebook",
                      named ? "There is no file " + in_quotes(tree_.display(*named)) +
                                  ", with or without the extension of a notebook. The path is "
                                  "relative to this notebook."
                            : outside(call.path),
                      call.path);
        continue;
      }
      SourceRange where{tree_.display(source), call.line, call.column, 1};
      const std::size_t child = find_or_add(*path, items_[index].draft.place, std::move(where));
      items_[index].children.push_back({call, child});
    }
  }

  // Notebooks may run each other in a circle, as long as code decides when to stop; then one of
  // the edges is left out of the order. A circle of %run never ends.
  void drop_cycles() {
    state_.assign(items_.size(), State::New);
    for (std::size_t i = 0; i < items_.size(); ++i)
      if (state_[i] == State::New) visit(i);
  }

  void visit(std::size_t index) {
    state_[index] = State::Open;
    trail_.push_back(index);
    std::erase_if(items_[index].children, [&](const Child& child) {
      if (state_[child.item] == State::New) visit(child.item);
      if (state_[child.item] != State::Open) return false;
      if (child.call.is_run_magic) report_cycle(index, child);
      return true;
    });
    trail_.pop_back();
    state_[index] = State::Closed;
  }

  void report_cycle(std::size_t index, const Child& child) {
    std::string path;
    for (auto at = std::ranges::find(trail_, child.item); at != trail_.end(); ++at)
      path += items_[*at].draft.resource.source + " -> ";
    report_.error(places_.place(items_[index], child.call), "Cycle of notebooks",
                  "These notebooks run each other without end: " + path +
                      items_[child.item].draft.resource.source + ". Remove one of the calls.",
                  child.call.path);
  }

  // All notebooks become drafts; tasks get their paths; edges go into the graph.
  void give_back() {
    std::vector<std::size_t> ids;
    ids.reserve(items_.size());
    for (NotebookItem& item : items_) ids.push_back(add_draft(std::move(item.draft)));
    for (std::size_t i = 0; i < items_.size(); ++i)
      for (const Child& child : items_[i].children)
        if (ids[i] != ids[child.item])
          drafts_.edges.push_back({ids[i], ids[child.item], drafts_.all[ids[i]].place});
    for (const Use& use : uses_) {
      drafts_.all[use.draft].resource.body[use.pointer] = items_[use.item].workspace_path;
      drafts_.edges.push_back({use.draft, ids[use.item], use.place});
    }
    for (Draft& draft : broken_)
      if (drafts_.find(draft.resource.address) < 0) drafts_.add(std::move(draft));
  }

  std::size_t add_draft(Draft draft) {
    const std::ptrdiff_t taken = drafts_.find(draft.resource.address);
    if (taken < 0) return drafts_.add(std::move(draft));
    const Draft& first = drafts_.all[static_cast<std::size_t>(taken)];
    const bool same_path =
        text_at(first.resource.body, "path") == text_at(draft.resource.body, "path");
    report_.error(draft.place, same_path ? "Two resources for one path" : "Defined twice",
                  in_quotes(draft.resource.source) + " and " + in_quotes(first.resource.source) +
                      " would both be " + in_quotes(draft.resource.address.text()) +
                      ": a notebook loses its extension in the workspace. Rename one of them" +
                      (same_path ? "." : ", or the entry below \"notebooks\"."));
    return static_cast<std::size_t>(taken);
  }

  enum class State { New, Open, Closed };

  Drafts& drafts_;
  const Kind& kind_;
  Scope& scope_;
  const Tree& tree_;
  SourceFiles& files_;
  Reporter& report_;
  NotebookPlaces places_;
  std::vector<NotebookItem> items_;
  std::map<std::string, std::size_t> by_source_;  // local file -> index into items_
  std::vector<Use> uses_;
  std::vector<Draft> broken_;  // declared, but without a usable source
  std::vector<State> state_;
  std::vector<std::size_t> trail_;
};

}  // namespace

void place_notebooks(Drafts& drafts, const Kind& kind, std::span<const SyncedNotebook> synced,
                     Scope& scope, const Tree& tree, SourceFiles& files, Reporter& report) {
  Notebooks(drafts, kind, scope, tree, files, report).place(synced);
}

bool reads_from_git(const Json& job, const Json::json_pointer& pointer) {
  const Json::json_pointer task = pointer.parent_pointer();
  const std::string source = job.contains(task) ? text_at(job[task], "source") : "";
  return source == "GIT" || (source.empty() && job.contains("git_source"));
}

}  // namespace dbplan

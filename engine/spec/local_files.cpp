#include "engine/spec/local_files.hpp"

#include <algorithm>
#include <set>

#include "engine/base/digest.hpp"
#include "engine/spec/interpolate.hpp"
#include "engine/spec/notebook_file.hpp"
#include "engine/spec/notebooks.hpp"
#include "engine/spec/path_text.hpp"

namespace dbplan {
namespace {

std::string outside(std::string_view path) {
  return in_quotes(path) +
         " leads out of the project. Files are only read below the root of the git work tree, or "
         "below the spec folder without one.";
}

std::string below(std::string_view root, std::string_view path) {
  return std::string(path.substr(root.empty() || path == root ? 0 : root.size() + 1));
}

/// A declared `path`, in the workspace.
std::string workspace_place(const std::string& path) {
  if (path.starts_with("~/"))
    return "/Workspace/Users/" + std::string(kUserName) + join_workspace_path("", path.substr(2));
  return canonical_workspace_path(path);
}

}  // namespace

void LocalFiles::collect(const Member* sync, const Drafts& drafts, Scope& scope) {
  if (sync != nullptr) collect_sync(*sync, scope);
  for (const Draft& draft : drafts.all) {
    if (draft.resource.kind == &kind_ && draft.node != nullptr) collect_declared(draft, scope);
    for (const Link& link : draft.local_files) {
      if (reads_from_git(draft.resource.body, link.pointer)) continue;
      if (const auto path = local_path(link, scope))
        scope.layout_root = common_folder(scope.layout_root, folder_of(*path));
    }
  }
}

void LocalFiles::collect_sync(const Member& sync, Scope& scope) {
  const Node* block = sync.value->is_map() ? sync.value : nullptr;
  const Node* paths = block == nullptr ? nullptr : find_value(*block, "paths");
  Row row{.source = scope.folder, .is_folder = true, .files = {}, .place = sync.place};
  std::vector<std::string> folders;
  if (paths == nullptr) folders.push_back(scope.folder);
  for (const Node* item : paths == nullptr ? std::span<const Node* const>{} : paths->items) {
    const auto path = join_path(folder_of(sources_.path(item->place.file)), item->text);
    if (!path)
      report_.error(item->place, "Outside the project", outside(item->text));
    else if (tree_.is_folder(*path))
      folders.push_back(*path);
    else
      report_.error(item->place, "Missing folder",
                    "There is no folder " + in_quotes(tree_.display(*path)) +
                        ". Paths are relative to the file that holds them.");
  }
  const IgnoreRules include = patterns(block == nullptr ? nullptr : find_value(*block, "include"));
  const IgnoreRules exclude = patterns(block == nullptr ? nullptr : find_value(*block, "exclude"));
  std::set<std::string> files, refused;
  for (const std::string& folder : folders) {
    scope.layout_root = common_folder(scope.layout_root, folder);
    Uploads uploads = tree_.uploads_below(folder, false);
    files.insert(uploads.files.begin(), uploads.files.end());
    refused.insert(uploads.refused.begin(), uploads.refused.end());
    if (include.empty()) continue;
    for (std::string& file : tree_.uploads_below(folder, true).files)
      if (include.ignores_file(file)) files.insert(std::move(file));
  }
  std::erase_if(files, [&](const std::string& file) { return exclude.ignores_file(file); });
  std::erase_if(refused, [&](const std::string& file) { return exclude.ignores_file(file); });
  add_uploads({{files.begin(), files.end()}, {refused.begin(), refused.end()}}, sync.place, true,
              row);
  sync_ = std::move(row);
}

IgnoreRules LocalFiles::patterns(const Node* list) const {
  IgnoreRules rules;
  if (list == nullptr) return rules;
  for (const Node* item : list->items) {
    std::string_view folder = folder_of(sources_.path(item->place.file)), pattern = item->text;
    while (pattern.starts_with("../")) {
      folder = folder_of(folder);
      pattern.remove_prefix(3);
    }
    rules.add(pattern, folder);
  }
  return rules;
}

void LocalFiles::add_uploads(const Uploads& uploads, Place place, bool may_hold_notebooks,
                             Row& row) {
  for (const std::string& link : uploads.refused)
    report_.error(place, "Outside the project",
                  "The link " + in_quotes(tree_.display(link)) +
                      " leads out of the project, and what lies there is not uploaded. Remove it, "
                      "or exclude it.");
  for (const std::string& file : uploads.files) {
    if (!is_notebook_file(tree_, file)) {
      row.files.push_back(file);
    } else if (may_hold_notebooks) {
      notebooks_.push_back({file, place});
    } else {
      report_.error(place, "A notebook among files",
                    in_quotes(tree_.display(file)) +
                        " is a notebook and would become one in the workspace. Declare it below "
                        "\"notebooks\", whose \"source\" may be a folder.");
    }
  }
}

void LocalFiles::collect_declared(const Draft& draft, Scope& scope) {
  const Node* source = find_value(*draft.node, "source");
  if (source == nullptr || !source->is_scalar()) return;  // the schema spoke of it
  const auto path = join_path(folder_of(sources_.path(source->place.file)), source->text);
  if (!path) return report_.error(source->place, "Outside the project", outside(source->text));
  Row row{
      .source = *path, .is_folder = tree_.is_folder(*path), .files = {}, .place = source->place};
  const bool placed = find_value(*draft.node, "path") != nullptr;
  if (row.is_folder)
    add_uploads(tree_.uploads_below(*path, false), source->place, !placed, row);
  else if (tree_.is_file(*path))
    add_uploads({{*path}, {}}, source->place, false, row);
  else
    return report_.error(source->place, "Missing file",
                         "There is no file or folder " + in_quotes(tree_.display(*path)) +
                             ". Paths are relative to the file that holds them.");
  if (row.is_folder && row.files.empty())
    report_.error(
        source->place, "No files",
        "The folder " + in_quotes(tree_.display(*path)) + " holds no file that would be uploaded.");
  if (!placed) scope.layout_root = common_folder(scope.layout_root, folder_of(*path));
  declared_.emplace(draft.resource.address.key, std::move(row));
}

// The file or folder that a task names; nothing when it is in the workspace already. It may not
// exist.
std::optional<std::string> LocalFiles::local_path(const Link& link, const Scope& scope) const {
  std::string_view text = link.node->text;
  if (text.starts_with("-r ")) text.remove_prefix(3);
  if (const std::string files = scope.file_path + "/"; text.starts_with(files)) {
    auto path = join_path(scope.folder, text.substr(files.size()));
    return path && (tree_.is_file(*path) || tree_.is_folder(*path)) ? path : std::nullopt;
  }
  if (text.starts_with('/') || holds_placeholder(text)) return std::nullopt;
  return join_path(folder_of(sources_.path(link.node->place.file)), text);
}

void LocalFiles::place(Drafts& drafts, const Scope& scope) {
  for (std::size_t i = 0; i < drafts.all.size(); ++i)
    if (drafts.all[i].resource.kind == &kind_) {
      place_declared(drafts.all[i], scope);
      const auto row = declared_.find(drafts.all[i].resource.address.key);
      if (row == declared_.end()) continue;
      for (const std::string& file : row->second.files) row_by_file_.emplace(file, i);
    }
  if (sync_) place_sync(drafts, scope);
  const std::size_t count = drafts.all.size();
  for (std::size_t i = 0; i < count; ++i) {
    const std::vector<Link> links = std::move(drafts.all[i].local_files);
    for (const Link& link : links)
      if (!reads_from_git(drafts.all[i].resource.body, link.pointer))
        place_link(drafts, i, link, scope);
  }
}

void LocalFiles::place_declared(Draft& draft, const Scope& scope) {
  Json& body = draft.resource.body;
  body.erase("source");
  const auto found = declared_.find(draft.resource.address.key);
  if (found == declared_.end()) return;  // reported
  const Row& row = found->second;
  const std::string path = text_at(body, "path");
  if (path.empty())
    body["path"] = row.source == scope.layout_root
                       ? scope.file_path
                       : scope.file_path + "/" + below(scope.layout_root, row.source);
  else if (path.starts_with('/') || path.starts_with("~/") || path.starts_with("${"))
    body["path"] = workspace_place(path);
  else
    report_.error(find_member(*draft.node, "path")->value->place, "Path is not absolute",
                  in_quotes(path) +
                      " is no workspace path. Begin it with \"/Workspace/\", \"/Users/\", "
                      "\"/Shared/\" or \"~/\", or leave \"path\" out.");
  fill(draft.resource, row, row.source);
}

void LocalFiles::place_sync(Drafts& drafts, const Scope& scope) {
  // What has an entry of its own below "files" is uploaded there.
  std::erase_if(sync_->files, [&](const std::string& file) { return row_by_file_.contains(file); });
  if (sync_->files.empty()) return;
  Draft draft;
  draft.resource.address = {std::string(kind_.name), "sync"};
  draft.place = sync_->place;
  if (drafts.find(draft.resource.address) >= 0)
    return report_.error(sync_->place, "Defined twice",
                         "\"sync\" is planned as \"files.sync\", which is declared already. Give "
                         "that one another key.");
  const std::size_t index =
      add_row(drafts, std::move(draft), *sync_, scope.file_path, scope.layout_root);
  for (const std::string& file : sync_->files) row_by_file_.emplace(file, index);
}

std::size_t LocalFiles::add_row(Drafts& drafts, Draft draft, const Row& row,
                                const std::string& path, const std::string& base) {
  draft.resource.kind = &kind_;
  draft.resource.where = report_.range(draft.place);
  draft.resource.body = {{"path", path}};
  fill(draft.resource, row, base);
  return drafts.add(std::move(draft));
}

// Reads what is uploaded; names are relative to `base`, and empty for a single file.
void LocalFiles::fill(Resource& resource, const Row& row, const std::string& base) {
  resource.source = row.source;
  Json& hashes = resource.body["files"] = Json::object();
  for (const std::string& file : row.files) {
    auto bytes = tree_.read(file);
    if (!bytes) {
      report_.error(
          row.place, "Unreadable file",
          in_quotes(tree_.display(file)) + " cannot be read: " + bytes.error().message + ".");
      continue;
    }
    const std::string name = row.is_folder ? below(base, file) : "";
    hashes[name] = sha256_hex(*bytes);
    resource.files.emplace(name, std::move(*bytes));
  }
}

void LocalFiles::place_link(Drafts& drafts, std::size_t draft, const Link& link,
                            const Scope& scope) {
  const std::string_view text = link.node->text;
  auto path = local_path(link, scope);
  if (!path) {
    if (!text.starts_with('/') && !holds_placeholder(text))
      report_.error(link.node->place, "Outside the project", outside(text));
    return;
  }
  if (has_wildcard(*path)) path = matching_file(*path, link);
  if (!path) return;
  if (!tree_.is_file(*path) && !tree_.is_folder(*path))
    return report_.error(link.node->place, "Missing file",
                         "There is no file " + in_quotes(tree_.display(*path)) +
                             ". Paths are relative to the file that holds them.");
  std::string workspace_path;
  const std::size_t row = row_for(drafts, *path, link, scope, workspace_path);
  if (text.starts_with("-r ")) workspace_path.insert(0, "-r ");
  drafts.all[draft].resource.body[link.pointer] = workspace_path;
  drafts.edges.push_back({draft, row, link.node->place});
}

// "./dist/*.whl": what a build leaves there, whatever its version.
std::optional<std::string> LocalFiles::matching_file(const std::string& path, const Link& link) {
  const std::string base(folder_of(std::string_view(path).substr(0, path.find_first_of("*?"))));
  std::vector<std::string> found;
  for (const std::string& file : tree_.uploads_below(base, true).files)
    if (matches_glob(path, file)) found.push_back(file);
  if (found.size() == 1) return found[0];
  report_.error(link.node->place, found.empty() ? "Missing file" : "Several files",
                found.empty() ? "No file matches " + in_quotes(tree_.display(path)) +
                                    ". Build it first: dbplan builds nothing."
                              : in_quotes(tree_.display(found[0])) + " and " +
                                    in_quotes(tree_.display(found[1])) +
                                    " both match. Remove one, or name the file.");
  return std::nullopt;
}

std::size_t LocalFiles::row_for(Drafts& drafts, const std::string& path, const Link& link,
                                const Scope& scope, std::string& workspace_path) {
  const bool is_folder = tree_.is_folder(path);
  auto known = row_by_file_.find(path);
  if (known == row_by_file_.end() && is_folder && sync_ && is_below(path, sync_->source)) {
    const auto first = row_by_file_.lower_bound(path + "/");
    if (first != row_by_file_.end() && is_below(first->first, path)) known = first;
  }
  if (known != row_by_file_.end()) {
    const Resource& row = drafts.all[known->second].resource;
    const std::string base = row.address.key == "sync" ? scope.layout_root : row.source;
    workspace_path = text_at(row.body, "path");
    if (path != base) workspace_path += "/" + below(base, path);
    return known->second;
  }
  workspace_path = path == scope.layout_root
                       ? scope.file_path
                       : scope.file_path + "/" + below(scope.layout_root, path);
  Row row{.source = path, .is_folder = is_folder, .files = {}, .place = link.node->place};
  if (is_folder)
    add_uploads(tree_.uploads_below(path, false), row.place, false, row);
  else
    row.files = {path};
  Draft draft;
  draft.resource.address = {std::string(kind_.name), below(scope.layout_root, path)};
  while (drafts.find(draft.resource.address) >= 0) draft.resource.address.key += "_";
  draft.place = link.node->place;
  const std::size_t index = add_row(drafts, std::move(draft), row, workspace_path, path);
  row_by_file_.emplace(path, index);
  return index;
}

}  // namespace dbplan

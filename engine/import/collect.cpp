#include "engine/import/collect.hpp"

#include <fnmatch.h>

#include <algorithm>
#include <deque>

#include "engine/base/text.hpp"
#include "engine/import/readable.hpp"
#include "engine/model/notebook.hpp"
#include "engine/model/stamp.hpp"

namespace dbplan {
namespace {

std::string label_of(const Kind& kind, const LiveObject& object) {
  const std::string name = text_at(object.body, kind.name_field);
  return std::string(kind.name) + "/" + object.id + (name.empty() ? "" : " \"" + name + "\"");
}

bool is_below(const std::string& path, const std::string& folder) {
  return path == folder || path.starts_with(folder + "/");
}

/// "key=value" or "key" against a map of tags.
bool has_tag(const Kind& kind, const Json& body, const std::string& wanted) {
  const std::size_t equals = wanted.find('=');
  const Json& tags = at_or_null(body, kind.stamp_field);
  const std::string key = wanted.substr(0, equals);
  if (!tags.is_object() || !tags.contains(key)) return false;
  return equals == std::string::npos || text_at(tags, key) == wanted.substr(equals + 1);
}

/// Whether a file of this path could lie elsewhere than below its folder.
bool climbs(const std::string& path) {
  const std::string closed = path + "/";
  return closed.find("/../") != std::string::npos || closed.find("/./") != std::string::npos ||
         closed.find("//") != std::string::npos;
}

class Collector {
 public:
  Collector(const ImportWish& wish, std::span<const Kind* const> kinds, Provider& provider)
      : wish_(wish), kinds_(kinds), provider_(provider) {}

  Result<Collected> collect() {
    if (wish_.all) {
      TRY_VOID(take_all());
    } else {
      for (const std::string& text : wish_.objects) TRY_VOID(take_one(text));
    }
    for (const FoundObject& object : collected_.objects) follow_notebooks(object);
    TRY_VOID(export_queued());
    drop_without_children();
    std::ranges::sort(collected_.objects, {}, [](const FoundObject& object) {
      return std::tuple(object.kind->name, text_at(object.live.body, object.kind->name_field),
                        object.live.id);
    });
    return std::move(collected_);
  }

 private:
  Result<> take_all() {
    if (!wish_.path.empty()) TRY_VOID(walk(mounted_path(wish_.path)));
    for (const Kind* kind : importable(kinds_)) {
      const auto listing = provider_.list(*kind);
      if (!listing && !may_be_closed(listing.error())) return fail(listing.error());
      if (!listing) {
        collected_.left_out.push_back("all " + std::string(kind->name) + ": " +
                                      listing.error().message);
        continue;
      }
      for (const LiveObject& object : listing->objects)
        if (passes(*kind, object)) add(*kind, object);
    }
    return {};
  }

  /// Not every workspace has every API, and not everybody may use it.
  static bool may_be_closed(const Error& error) {
    return error.code == Error::Code::Denied || error.code == Error::Code::NotFound;
  }

  bool passes(const Kind& kind, const LiveObject& object) const {
    if (at_or_null(object.body, "is_default") == Json(true)) return false;  // the workspace's own
    if (!wish_.name.empty() &&
        fnmatch(wish_.name.c_str(), text_at(object.body, kind.name_field).c_str(), 0) != 0)
      return false;
    if (!wish_.tag.empty() && !has_tag(kind, object.body, wish_.tag)) return false;
    if (wish_.path.empty()) return true;
    const std::string folder = mounted_path(wish_.path);
    return std::ranges::any_of(notebook_paths(kind, object.body),
                               [&](const std::string& path) { return is_below(path, folder); });
  }

  Result<> take_one(const std::string& text) {
    const std::size_t end = text.find_first_of("/:");
    const std::string name = text.substr(0, end);
    std::string id = end == std::string::npos ? "" : text.substr(end + 1);
    const Kind* kind = find_kind(kinds_, name);
    const bool known =
        kind && (kind->name == "notebooks" || std::ranges::count(importable(kinds_), kind) > 0);
    if (!known || id.empty()) {
      std::string names = "notebooks";
      for (const Kind* each : importable(kinds_)) names += ", " + std::string(each->name);
      return fail(Error::Code::Invalid, "cannot import \"" + text +
                                            "\": name a kind and an id, like jobs/123 or "
                                            "notebooks:/Users/me@example.com/etl; kinds are " +
                                            names);
    }
    if (kind->name == "notebooks") return walk(mounted_path(id));
    const auto object = TRY(provider_.read(*kind, id));
    if (!object)
      return fail(Error::Code::NotFound, "there is no " + std::string(kind->noun) + " " + id);
    add(*kind, *object);
    return {};
  }

  void add(const Kind& kind, const LiveObject& object) {
    if (!taken_.emplace(&kind, object.id).second) return;
    if (!stamp_in(kind, object.body).empty()) {
      collected_.left_out.push_back(label_of(kind, object) +
                                    ": a dbplan deployment manages it already");
      return;
    }
    if (const std::string text = find_interpolation(object.body); !text.empty()) {
      collected_.left_out.push_back(label_of(kind, object) + ": it holds \"" + text +
                                    "\", which a spec would take for a reference");
      return;
    }
    collected_.objects.push_back({&kind, object});
  }

  /// Workspace paths of the notebooks that an object runs.
  static std::vector<std::string> notebook_paths(const Kind& kind, const Json& body) {
    std::vector<std::string> paths;
    Json copy = body;
    for (const Reference& reference : kind.references)
      if (reference.kind == "notebooks")
        for_each_at(copy, reference.path, [&](const Json& value) {
          if (value.is_string() && value.get_ref<const std::string&>().starts_with('/'))
            paths.push_back(mounted_path(value.get<std::string>()));
        });
    return paths;
  }

  void follow_notebooks(const FoundObject& object) {
    for (const std::string& path : notebook_paths(*object.kind, object.live.body)) queue(path);
  }

  void queue(const std::string& path) {
    if (queued_.insert(path).second) open_.push_back(path);
  }

  /// A notebook, or all below a folder. A path that does not exist is an error: it was named.
  Result<> walk(const std::string& path) {
    const auto entry = TRY(provider_.entry(path));
    if (!entry) return fail(Error::Code::NotFound, "there is nothing at " + path);
    if (entry->object_type == "NOTEBOOK") {
      queue(path);
      return {};
    }
    std::size_t files = 0;
    std::deque<std::string> folders{path};
    while (!folders.empty()) {
      const auto entries = TRY(provider_.list_folder(folders.front()));
      folders.pop_front();
      for (const FolderEntry& found : entries) {
        if (found.object_type == "NOTEBOOK") queue(found.path);
        if (found.object_type == "DIRECTORY") folders.push_back(found.path);
        if (found.object_type == "FILE") ++files;
      }
    }
    if (files > 0)
      collected_.left_out.push_back(counted(files, "file") + " below " + path +
                                    ": of the workspace tree, only notebooks are imported");
    return {};
  }

  Result<> export_queued() {
    while (!open_.empty()) {
      const std::string path = open_.front();
      open_.pop_front();
      const auto entry = TRY(provider_.entry(path));
      if (!entry || entry->object_type != "NOTEBOOK") {
        collected_.left_out.push_back("notebook " + path + ": it is not there");
        continue;
      }
      if (find_interpolation(path) != "" || visible(path) != path || climbs(path)) {
        collected_.left_out.push_back("notebook " + path + ": no file can have its name");
        continue;
      }
      const auto text = TRY(provider_.export_notebook(path, "SOURCE"));
      if (!text) continue;  // deleted since
      FoundNotebook notebook{.language = entry->language, .text = normalise_notebook(*text)};
      for (const NotebookCall& call : find_notebook_calls(notebook.text, notebook.language))
        if (!call.path.starts_with('/')) queue(called_path(path, call.path));
      collected_.notebooks.emplace(path, std::move(notebook));
    }
    return {};
  }

  /// A notebook whose child is not here would be an error of the spec: it stays in the workspace,
  /// and so does what runs it.
  void drop_without_children() {
    for (bool again = true; again;) {
      again = false;
      for (auto at = collected_.notebooks.begin(); at != collected_.notebooks.end();) {
        const std::string missing = missing_child(at->first, at->second);
        if (missing.empty()) {
          ++at;
          continue;
        }
        collected_.left_out.push_back("notebook " + at->first + ": it runs " + missing +
                                      ", which is not there");
        at = collected_.notebooks.erase(at);
        again = true;
      }
    }
  }

  std::string missing_child(const std::string& path, const FoundNotebook& notebook) const {
    for (const NotebookCall& call : find_notebook_calls(notebook.text, notebook.language))
      if (!call.path.starts_with('/') &&
          !collected_.notebooks.contains(called_path(path, call.path)))
        return call.path;
    return {};
  }

  const ImportWish& wish_;
  std::span<const Kind* const> kinds_;
  Provider& provider_;
  Collected collected_;
  std::set<std::pair<const Kind*, std::string>> taken_;
  std::set<std::string> queued_;
  std::deque<std::string> open_;
};

}  // namespace

std::vector<const Kind*> importable(std::span<const Kind* const> kinds) {
  std::vector<const Kind*> list;
  for (const Kind* kind : kinds)
    if (kind->home == Home::Server && !kind->list.path.empty() && !kind->read.path.empty() &&
        kind->parent_field.empty() && !kind->in_tree)
      list.push_back(kind);
  return list;
}

Result<Collected> collect(const ImportWish& wish, std::span<const Kind* const> kinds,
                          Provider& provider) {
  return Collector(wish, kinds, provider).collect();
}

std::string mounted_path(const std::string& path) {
  std::string full = path.starts_with('/') ? path : "/" + path;
  while (full.size() > 1 && full.ends_with('/')) full.pop_back();
  if (full == "/Workspace" || full.starts_with("/Workspace/")) return full;
  return full == "/" ? "/Workspace" : "/Workspace" + full;
}

std::string called_path(const std::string& path, const std::string& call) {
  std::string folder = path.substr(0, path.rfind('/'));
  for (std::size_t at = 0; at <= call.size();) {
    const std::size_t end = std::min(call.find('/', at), call.size());
    const std::string part = call.substr(at, end - at);
    at = end + 1;
    if (part.empty() || part == ".") continue;
    if (part != "..")
      folder += "/" + part;
    else if (const std::size_t slash = folder.rfind('/'); slash != std::string::npos)
      folder.resize(slash);
    else
      return {};
  }
  return folder;
}

}  // namespace dbplan

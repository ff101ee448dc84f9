#include "providers/local/server/workspace_tree.hpp"

#include <algorithm>

#include "engine/base/json.hpp"
#include "providers/local/server/refusal.hpp"

namespace dbplan::local {
namespace {

constexpr std::string_view kObjects = "objects";
constexpr std::string_view kContents = "contents";
// Ids are odd and above 2^53: a client that passes them through a double loses them.
constexpr std::int64_t kFirstId = (std::int64_t{1} << 53) + 1;

Object::Type type_of(std::string_view name) {
  if (name == "NOTEBOOK") return Object::Type::Notebook;
  return name == "FILE" ? Object::Type::File : Object::Type::Directory;
}

}  // namespace

std::string_view type_name(Object::Type type) {
  switch (type) {
    case Object::Type::Notebook:
      return "NOTEBOOK";
    case Object::Type::File:
      return "FILE";
    case Object::Type::Directory:
      break;
  }
  return "DIRECTORY";
}

Result<AskedPath> AskedPath::parse(std::string_view text) {
  AskedPath path{.asked = std::string(text)};
  if (!text.starts_with('/')) return invalid("Path (" + path.asked + ") doesn't start with '/'");
  // Seen with the service: a doubled slash at the front loses the mount in answers.
  const bool doubled = text.starts_with("//");
  while (!text.empty()) {
    text.remove_prefix(1);
    const auto end = std::min(text.find('/'), text.size());
    const std::string_view part = text.substr(0, end);
    if (part == "." || part == ".." || part.find('\0') != std::string_view::npos)
      return invalid("Path (" + path.asked + ") has a component that is no name");
    if (!part.empty()) path.parts.emplace_back(part);
    text.remove_prefix(end);
  }
  if (!path.parts.empty() && path.parts.front() == "Workspace") {
    path.parts.erase(path.parts.begin());
    if (!doubled) path.prefix = "/Workspace";
  }
  return path;
}

std::string AskedPath::spelled() const {
  std::string text = prefix;
  for (const std::string& part : parts) text += "/" + part;
  return text.empty() ? "/" : text;
}

AskedPath AskedPath::parent() const {
  AskedPath up = *this;
  if (!up.parts.empty()) up.parts.pop_back();
  up.asked = up.spelled();
  return up;
}

WorkspaceTree::WorkspaceTree(Store& store, WallClock now)
    : store_(store), now_(std::move(now)), last_id_(kFirstId) {
  root_.id = kFirstId;
  by_id_[root_.id] = &root_;
  load();
}

void WorkspaceTree::load() {
  std::vector<std::pair<std::unique_ptr<Object>, std::int64_t>> loose;
  for (const auto& [id, body] : store_.all(kObjects)) {
    const Json record = parse_json(body).value_or(Json());
    auto object = std::make_unique<Object>();
    object->id = std::stoll(id);
    object->type = type_of(text_at(record, "type"));
    object->name = text_at(record, "name");
    object->language = text_at(record, "language");
    object->format = text_at(record, "format");
    object->created_at = int_at(record, "created_at");
    object->modified_at = int_at(record, "modified_at");
    object->size = static_cast<std::size_t>(int_at(record, "size"));
    last_id_ = std::max(last_id_, object->id);
    last_stamp_ = std::max(last_stamp_, object->modified_at);
    by_id_[object->id] = object.get();
    loose.emplace_back(std::move(object), int_at(record, "parent"));
  }
  for (auto& [object, parent] : loose) {
    object->parent = by_id_.at(parent);
    std::string name = object->name;
    object->parent->children[std::move(name)] = std::move(object);
  }
  // Ids of removed objects are not used again.
  const std::string last = store_.get("settings", "last_object_id").value_or("");
  if (!last.empty()) last_id_ = std::max<std::int64_t>(last_id_, std::stoll(last));
}

Object* WorkspaceTree::find(const AskedPath& path) {
  Object* object = &root_;
  for (const std::string& part : path.parts) {
    const auto found = object->children.find(part);
    if (found == object->children.end()) return nullptr;
    object = found->second.get();
  }
  return object;
}

Object* WorkspaceTree::find(std::int64_t id) {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

Result<Object*> WorkspaceTree::make_directories(const AskedPath& path) {
  Object* object = &root_;
  for (const std::string& part : path.parts) {
    const auto found = object->children.find(part);
    object = found == object->children.end() ? &add(*object, part, Object::Type::Directory)
                                             : found->second.get();
    if (object->type != Object::Type::Directory)
      return refuse(400, "RESOURCE_ALREADY_EXISTS",
                    "Path (" + path.prefix + canonical_path(*object) +
                        ") already exists and is not a directory.");
  }
  return object;
}

Result<Object*> WorkspaceTree::write(const AskedPath& path, Content content) {
  Object* object = find(path);
  if (object == nullptr) {
    const AskedPath up = path.parent();
    Object* parent = find(up);
    if (parent == nullptr || parent->type != Object::Type::Directory)
      return missing("The parent folder (" + up.spelled() + ") does not exist.");
    object = &add(*parent, path.parts.back(), content.type);
  } else if (object->type != content.type) {
    return invalid("Cannot overwrite the asset at " + path.spelled() +
                   " due to type mismatch (asked: " + std::string(type_name(content.type)) +
                   ", actual: " + std::string(type_name(object->type)) + ").");
  }
  object->language = std::move(content.language);
  object->format = std::move(content.format);
  object->size = content.bytes.size();
  object->modified_at = stamp();
  save(*object);
  store_.put(kContents, std::to_string(object->id), content.bytes);
  return object;
}

std::string WorkspaceTree::read(const Object& object) {
  return store_.get(kContents, std::to_string(object.id)).value_or("");
}

void WorkspaceTree::remove(Object& object) {
  while (!object.children.empty()) remove(*object.children.begin()->second);
  const std::string id = std::to_string(object.id);
  store_.remove(kObjects, id);
  store_.remove(kContents, id);
  by_id_.erase(object.id);
  if (object.parent == nullptr) return;
  object.parent->children.erase(object.parent->children.find(object.name));
}

void WorkspaceTree::add_home(const std::string& user) {
  // Neither can be anything but a folder: users cannot write there.
  [[maybe_unused]] auto home =
      make_directories({.asked = {}, .prefix = {}, .parts = {"Users", user}});
  [[maybe_unused]] auto shared = make_directories({.asked = {}, .prefix = {}, .parts = {"Shared"}});
}

std::string WorkspaceTree::canonical_path(const Object& object) {
  if (object.parent == nullptr) return {};
  return canonical_path(*object.parent) + "/" + object.name;
}

Object& WorkspaceTree::add(Object& parent, std::string name, Object::Type type) {
  auto object = std::make_unique<Object>();
  last_id_ += 2;
  object->id = last_id_;
  object->type = type;
  object->name = name;
  object->parent = &parent;
  object->created_at = object->modified_at = stamp();
  Object& added = *object;
  by_id_[added.id] = &added;
  parent.children[std::move(name)] = std::move(object);
  store_.put("settings", "last_object_id", std::to_string(last_id_));
  save(added);
  return added;
}

void WorkspaceTree::save(const Object& object) {
  const Json record = {{"parent", object.parent->id},       {"name", object.name},
                       {"type", type_name(object.type)},    {"language", object.language},
                       {"format", object.format},           {"created_at", object.created_at},
                       {"modified_at", object.modified_at}, {"size", object.size}};
  store_.put(kObjects, std::to_string(object.id), canonical(record));
}

Millis WorkspaceTree::stamp() {
  // Strictly increasing: two writes within one millisecond must not look like one.
  last_stamp_ = std::max(last_stamp_ + 1, now_());
  return last_stamp_;
}

}  // namespace dbplan::local

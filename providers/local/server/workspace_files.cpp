#include "providers/local/server/workspace_files.hpp"

#include <strings.h>

#include "engine/base/digest.hpp"
#include "engine/base/json.hpp"
#include "providers/local/server/notebook_format.hpp"
#include "providers/local/server/refusal.hpp"

namespace dbplan::local {
namespace {

constexpr std::size_t kNotebookLimit = std::size_t{10}
                                       << 20;  // also of a JSON import and an export
constexpr std::size_t kFileLimit = std::size_t{500} << 20;

std::unexpected<Error> no_such_path(const AskedPath& path) {
  return missing("Path (" + path.asked + ") doesn't exist.");
}

std::unexpected<Error> too_large() {
  return refuse(400, "MAX_NOTEBOOK_SIZE_EXCEEDED",
                "File size imported is exceeded max size (10485760 bytes)");
}

Json object_info(const Object& object, std::string path) {
  Json info = {{"object_id", object.id},
               {"object_type", type_name(object.type)},
               {"path", std::move(path)},
               {"resource_id", std::to_string(object.id)}};
  if (object.type == Object::Type::Directory) return info;
  info["created_at"] = object.created_at;
  info["modified_at"] = object.modified_at;
  if (object.type == Object::Type::Notebook) info["language"] = object.language;
  if (object.type == Object::Type::File) info["size"] = object.size;
  return info;
}

/// What a request asks to store, from JSON, a form or raw bytes.
struct Import {
  AskedPath path;
  std::string bytes;
  std::string format = {};
  std::string language = {};
  bool overwrite = false;
};

WorkspaceTree::Content source_notebook(const Import& import, const std::string& language) {
  return {.type = Object::Type::Notebook,
          .language = language,
          .format = "SOURCE",
          .bytes = service_source(import.bytes, language)};
}

/// AUTO: a notebook by its name and first line loses its extension, all else is a file.
WorkspaceTree::Content guessed(Import& import) {
  const auto guess = guess_notebook(import.path.parts.back(), import.bytes);
  if (!guess) return {.type = Object::Type::File, .bytes = std::move(import.bytes)};
  import.path.parts.back() = guess->name;
  if (guess->format == "SOURCE") return source_notebook(import, guess->language);
  return {.type = Object::Type::Notebook,
          .language = guess->language,
          .format = "JUPYTER",
          .bytes = std::move(import.bytes)};
}

Result<WorkspaceTree::Content> content_of(Import& import) {
  const std::string& format = import.format;
  if (format == "AUTO") return guessed(import);
  if (format == "RAW")
    return WorkspaceTree::Content{.type = Object::Type::File, .bytes = std::move(import.bytes)};
  if (format.empty() || format == "SOURCE") {
    if (import.language.empty())
      return invalid(
          "language: a SOURCE import of one notebook needs it; archives cannot be imported here");
    if (!is_language(import.language)) return invalid("language: " + import.language + " is none");
    return source_notebook(import, import.language);
  }
  if (format == "JUPYTER") {
    if (auto text = source_of_jupyter(import.bytes, "PYTHON"); !text)
      return invalid("The content is no Jupyter notebook: " + text.error().message);
    return WorkspaceTree::Content{.type = Object::Type::Notebook,
                                  .language = jupyter_language(import.bytes),
                                  .format = "JUPYTER",
                                  .bytes = std::move(import.bytes)};
  }
  if (format == "DBC" || format == "HTML" || format == "R_MARKDOWN")
    return refuse(400, "FEATURE_DISABLED",
                  "the local workspace does not import format " + format +
                      ": use SOURCE, JUPYTER, AUTO or RAW");
  return invalid("format: " + format + " is none");
}

std::string part(const Call& call, const char* name) {
  const auto found = call.parts.find(name);
  return found == call.parts.end() ? std::string() : found->second;
}

Result<Import> import_of_form(const Call& call) {
  Import import{.path = TRY(AskedPath::parse(part(call, "path"))),
                .bytes = part(call, "content"),
                .format = part(call, "format"),
                .language = part(call, "language"),
                .overwrite = strcasecmp(part(call, "overwrite").c_str(), "true") == 0};
  if (import.bytes.size() > kFileLimit) return too_large();
  return import;
}

Result<Import> import_of_json(const Call& call) {
  auto bytes = base64_decode(text_at(call.json, "content"));
  if (!bytes) return invalid("content: " + bytes.error().message);
  if (bytes->size() > kNotebookLimit) return too_large();
  return Import{.path = TRY(AskedPath::parse(text_at(call.json, "path"))),
                .bytes = std::move(*bytes),
                .format = text_at(call.json, "format"),
                .language = text_at(call.json, "language"),
                .overwrite = at_or_null(call.json, "overwrite") == true};
}

Result<Answer> import_object(WorkspaceTree& tree, Call& call) {
  Import import = TRY(call.multipart ? import_of_form(call) : import_of_json(call));
  if (import.path.parts.empty()) return invalid("the root cannot be overwritten");
  WorkspaceTree::Content content = TRY(content_of(import));
  if (content.type == Object::Type::Notebook && content.bytes.size() > kNotebookLimit)
    return too_large();
  if (tree.find(import.path) != nullptr && !import.overwrite)
    return refuse(400, "RESOURCE_ALREADY_EXISTS",
                  "Path (" + import.path.spelled() + ") already exists.");
  const Object* object = TRY(tree.write(import.path, std::move(content)));
  return answer({{"object_id", object->id}});
}

/// workspace-files/import-file: AUTO, and with overwrite=false an atomic create-if-absent.
Result<Answer> import_file(WorkspaceTree& tree, Call& call) {
  Import import{.path = TRY(AskedPath::parse("/" + call.rest)),
                .bytes = std::move(call.body),
                .overwrite = call.query_flag("overwrite")};
  if (import.bytes.size() > kFileLimit) return too_large();
  if (import.path.parts.empty()) return invalid("the root cannot be overwritten");
  WorkspaceTree::Content content = guessed(import);
  if (const Object* old = tree.find(import.path); old != nullptr && !import.overwrite) {
    const std::string text = "Path (" + import.path.spelled() + ") already exists.";
    return refuse(old->type == Object::Type::File ? 409 : 400, "RESOURCE_ALREADY_EXISTS", text);
  }
  const Object* object = TRY(tree.write(import.path, std::move(content)));
  return answer({{"object_id", object->id}});
}

Result<std::string> exported(WorkspaceTree& tree, const Object& object, std::string_view format) {
  std::string bytes = tree.read(object);
  const bool file = object.type == Object::Type::File;
  if (!file && object.format == "JUPYTER" && (format == "AUTO" || format == "JUPYTER"))
    return service_jupyter(bytes);
  if (file || format == "AUTO" || format == "RAW" || format == object.format) return bytes;
  if (format == "SOURCE") return source_of_jupyter(bytes, object.language);
  if (format == "JUPYTER") return jupyter_of_source(bytes, object.language);
  return refuse(400, "FEATURE_DISABLED",
                "the local workspace does not export format " + std::string(format) +
                    ": use SOURCE, JUPYTER or AUTO");
}

std::string file_type(const Object& object, std::string_view format) {
  if (object.type == Object::Type::File) return "file";
  if (format == "JUPYTER" || (format == "AUTO" && object.format == "JUPYTER")) return "ipynb";
  if (object.language == "SQL") return "sql";
  if (object.language == "SCALA") return "scala";
  return object.language == "R" ? "r" : "py";
}

Result<Answer> export_object(WorkspaceTree& tree, Call& call) {
  const AskedPath path = TRY(AskedPath::parse(call.query_text("path")));
  const Object* object = tree.find(path);
  if (object == nullptr) return no_such_path(path);
  if (object->type == Object::Type::Directory)
    return refuse(400, "FEATURE_DISABLED",
                  "the local workspace does not export folders: export the objects in it");
  const std::string format = call.query_text("format", "SOURCE");
  std::string bytes = TRY(exported(tree, *object, format));
  if (bytes.size() > kNotebookLimit)
    return refuse(400, "MAX_NOTEBOOK_SIZE_EXCEEDED", "Size exceeds 10485760 bytes");
  if (call.query_flag("direct_download")) return raw_answer(std::move(bytes));
  return answer({{"content", base64_encode(bytes)}, {"file_type", file_type(*object, format)}});
}

Result<Answer> get_status(WorkspaceTree& tree, Call& call) {
  const AskedPath path = TRY(AskedPath::parse(call.query_text("path")));
  const Object* object = tree.find(path);
  if (object == nullptr) return no_such_path(path);
  Json info = object_info(*object, path.spelled());
  if (call.query_flag("return_export_info") && object->type == Object::Type::Notebook)
    info["repos_export_format"] = object->format;
  return answer(info);
}

Result<Answer> list(WorkspaceTree& tree, Call& call) {
  const AskedPath path = TRY(AskedPath::parse(call.query_text("path")));
  const Object* object = tree.find(path);
  if (object == nullptr) return no_such_path(path);
  const Millis after = call.query_int("notebooks_modified_after");
  Json objects = Json::array();
  if (object->type != Object::Type::Directory) {
    objects.push_back(object_info(*object, path.spelled()));
  } else {
    const std::string folder = (path.parts.empty() ? path.prefix : path.spelled()) + "/";
    for (const auto& [name, child] : object->children)
      if (child->type != Object::Type::Notebook || child->modified_at > after)
        objects.push_back(object_info(*child, folder + name));
  }
  return objects.empty() ? Answer{} : answer({{"objects", std::move(objects)}});
}

Result<Answer> make_directories(WorkspaceTree& tree, Call& call) {
  const AskedPath path = TRY(AskedPath::parse(text_at(call.json, "path")));
  const Object* folder = TRY(tree.make_directories(path));
  return answer({{"object_id", folder->id}});
}

bool is_fixed(const AskedPath& path) {
  return path.parts.empty() ||
         (path.parts.size() == 1 && (path.parts[0] == "Users" || path.parts[0] == "Shared"));
}

Result<Answer> remove(WorkspaceTree& tree, Call& call) {
  const AskedPath path = TRY(AskedPath::parse(text_at(call.json, "path")));
  Object* object = tree.find(path);
  if (object == nullptr) return no_such_path(path);
  if (is_fixed(path))
    return refuse(403, "PERMISSION_DENIED", "Folder " + path.spelled() + " is protected");
  if (!object->children.empty() && at_or_null(call.json, "recursive") != true)
    return refuse(400, "DIRECTORY_NOT_EMPTY", "Folder (" + path.spelled() + ") is not empty");
  tree.remove(*object);
  return Answer{};
}

Result<Answer> read_file(WorkspaceTree& tree, Call& call) {
  const AskedPath path = TRY(AskedPath::parse("/" + call.rest));
  const Object* object = tree.find(path);
  if (object == nullptr || object->type == Object::Type::Directory) return no_such_path(path);
  return raw_answer(tree.read(*object));
}

}  // namespace

void add_workspace_routes(Router& router, WorkspaceTree& tree) {
  const auto add = [&](std::string_view method, std::string_view path, auto handler) {
    router.add(method, {"2.0"}, path, [&tree, handler](Call& call) { return handler(tree, call); });
  };
  add("POST", "workspace/import", import_object);
  add("GET", "workspace/export", export_object);
  add("GET", "workspace/get-status", get_status);
  add("GET", "workspace/list", list);
  add("POST", "workspace/mkdirs", make_directories);
  add("POST", "workspace/delete", remove);
  add("POST", "workspace-files/import-file/*", import_file);
  add("GET", "workspace-files/*", read_file);
}

}  // namespace dbplan::local

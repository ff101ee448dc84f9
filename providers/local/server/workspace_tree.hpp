#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.hpp"
#include "providers/local/server/store.hpp"
#include "providers/local/server/times.hpp"

namespace dbplan::local {

/// One folder, notebook or file of the workspace.
struct Object {
  enum class Type { Directory, Notebook, File };
  std::int64_t id = 0;
  Type type = Type::Directory;
  std::string name;
  std::string language = {};  // of notebooks
  std::string format = {};    // of notebooks: SOURCE or JUPYTER, as they were imported
  Millis created_at = 0;
  Millis modified_at = 0;
  std::size_t size = 0;
  Object* parent = nullptr;
  std::map<std::string, std::unique_ptr<Object>, std::less<>> children = {};
};

/// "DIRECTORY", "NOTEBOOK" or "FILE".
std::string_view type_name(Object::Type type);

/// A path as somebody wrote it: "/Workspace/Users/x" and "/Users/x" name one object, and answers
/// keep the spelling of the question.
struct AskedPath {
  std::string asked;               // as given, for error texts
  std::string prefix;              // "/Workspace" or ""
  std::vector<std::string> parts;  // below the root

  static Result<AskedPath> parse(std::string_view text);
  /// The path as answers spell it.
  std::string spelled() const;
  AskedPath parent() const;
};

/// The files of the workspace, written through to the store. Not thread-safe.
class WorkspaceTree {
 public:
  WorkspaceTree(Store& store, WallClock now);

  /// Null if there is none.
  Object* find(const AskedPath& path);
  Object* find(std::int64_t id);
  Result<Object*> make_directories(const AskedPath& path);

  struct Content {
    Object::Type type = Object::Type::File;
    std::string language = {};
    std::string format = {};
    std::string bytes;
  };
  /// Creates or overwrites (the id stays). The parent folder must exist; what is there already
  /// must be of the same type.
  Result<Object*> write(const AskedPath& path, Content content);
  std::string read(const Object& object);
  /// With everything below it.
  void remove(Object& object);
  /// Makes the home folder of a user.
  void add_home(const std::string& user);
  /// Its path from the root, without "/Workspace".
  static std::string canonical_path(const Object& object);

 private:
  Object& add(Object& parent, std::string name, Object::Type type);
  void load();
  void save(const Object& object);
  Millis stamp();

  Store& store_;
  WallClock now_;
  Object root_;
  std::map<std::int64_t, Object*> by_id_;
  std::int64_t last_id_;
  Millis last_stamp_ = 0;
};

}  // namespace dbplan::local

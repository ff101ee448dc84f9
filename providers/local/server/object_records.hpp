#pragma once

#include <map>
#include <string>

#include "engine/base/json.hpp"
#include "providers/local/server/store.hpp"

namespace dbplan::local {

/// Objects of one kind that are kept as {"settings", "creator", "created"} and more, by an id that
/// the workspace hands out. Not thread-safe.
class ObjectRecords {
 public:
  ObjectRecords(Store& store, std::string_view kind) : store_(store), kind_(kind) {}

  /// Counts up: the n-th object of a workspace has the same number wherever it is made.
  std::int64_t next_number();
  void save(const std::string& id, const Json& record) { store_.put(kind_, id, canonical(record)); }
  /// A null value if there is none.
  Json find(const std::string& id) const;
  void remove(const std::string& id) { store_.remove(kind_, id); }
  /// By id, and so in the order of creation where ids count up.
  std::map<std::string, Json> all() const;
  /// The id of the object whose settings have `name` at `key`, or empty.
  std::string named(const char* key, const std::string& name) const;

 private:
  Store& store_;
  std::string kind_;
};

/// `digits` lower-case hex digits that look random and are the same for the same `seed`.
std::string made_up_hex(const std::string& seed, std::size_t digits);

}  // namespace dbplan::local

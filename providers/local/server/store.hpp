#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/result.hpp"

namespace dbplan::local {

/// Where the workspace is kept: records by kind and id, in SQLite. Not thread-safe.
class Store {
 public:
  using Entry = std::pair<std::string, std::string>;  // id, body

  /// Creates the file (mode 0600) if absent; ":memory:" keeps nothing.
  static Result<std::unique_ptr<Store>> open(const std::filesystem::path& file);
  virtual ~Store() = default;

  /// Changes are seen at once and reach the disk together with commit().
  virtual void put(std::string_view kind, std::string_view id, std::string_view body) = 0;
  virtual void remove(std::string_view kind, std::string_view id) = 0;
  virtual std::optional<std::string> get(std::string_view kind, std::string_view id) = 0;
  /// In the order of the ids as text.
  virtual std::vector<Entry> all(std::string_view kind) = 0;
  virtual void commit() = 0;
  /// All that it holds now, in memory.
  virtual Result<std::unique_ptr<Store>> copy() = 0;
  /// Why the last change since the last call could not be written; empty: all was well.
  virtual std::string take_failure() = 0;
};

}  // namespace dbplan::local

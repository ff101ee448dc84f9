#pragma once

#include <memory>
#include <string>

#include "providers/local/server/workspace.hpp"
#include "tests/faults/shared_time.hpp"

namespace dbplan::faults {

/// All that a workspace holds at one moment.
struct Snapshot {
  std::unique_ptr<local::Store> store;
  std::int64_t time = 0;
};

/// The local workspace without its HTTP: nothing random, and its time is the stage's.
class World {
 public:
  static constexpr const char* kUser = "me@example.com";
  static constexpr const char* kToken = "the-token";

  /// Goes on from the moment of `snapshot`, which stays as it is; nothing: an empty workspace.
  World(SharedTime& time, const Snapshot* snapshot);

  /// `target` is a path with its query, escaped.
  local::Answer handle(const std::string& method, const std::string& target,
                       const std::string& body, const std::string& token = kToken);
  Json get(const std::string& target);
  Json post(const std::string& target, const Json& body);
  /// From now on the `number`-th read (from 1) is answered as if the last write had not been.
  void make_stale(std::int64_t number);
  /// From now on reads are answered as things are.
  void make_current();

  local::Store& store() { return *store_; }
  Snapshot snapshot();
  std::string workspace_id() const { return workspace_id_; }

 private:
  SharedTime& time_;
  local::ServerLog log_{-1};
  local::Store* store_ = nullptr;
  std::unique_ptr<local::Workspace> workspace_;
  std::string workspace_id_;
};

}  // namespace dbplan::faults

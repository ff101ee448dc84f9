#pragma once

#include <atomic>
#include <cstdint>

namespace dbplan::faults {

/// The time of a stage in milliseconds since 1970: the same for the workspace and for every client,
/// which are other processes. Only the stage moves it.
class SharedTime {
 public:
  SharedTime();
  ~SharedTime();
  SharedTime(const SharedTime&) = delete;
  SharedTime& operator=(const SharedTime&) = delete;

  /// In a new process that plays on a stage of its own: no longer the time of its parent.
  void part();
  std::int64_t now() const { return *now_; }
  void set(std::int64_t now) { *now_ = now; }

 private:
  std::atomic<std::int64_t>* now_;
};

}  // namespace dbplan::faults

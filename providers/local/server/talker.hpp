#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "providers/local/server/process.hpp"

struct pollfd;

namespace dbplan::local {

/// A process that is spoken to in lines, without ever blocking. One thread.
class Talker {
 public:
  Talker() = default;
  explicit Talker(Process process) : process_(std::move(process)) {}

  /// Sent as soon as the process takes it.
  void say(std::string line);
  /// Writes and reads what is possible now; hands on each full line.
  void exchange(const std::function<void(std::string_view)>& on_line);
  /// What to wait for.
  void add_polls(std::vector<pollfd>& polls) const;
  /// Ends its input: the process is asked to end.
  void hang_up() { process_.close_input(); }
  void kill() const { process_.kill_group(); }
  /// It has ended, and nothing of its group is left; also true when it was never started.
  bool gone() { return !process_.started() || process_.reap(); }
  /// "signal 9 (Killed)", "status 1". REQUIRES: gone.
  std::string how_it_ended() const { return process_.how_it_ended(); }

 private:
  void send();

  Process process_;
  std::string outgoing_;
  std::string incoming_;
};

}  // namespace dbplan::local

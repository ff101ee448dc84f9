#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "providers/local/server/notebook_host.hpp"
#include "providers/local/server/runtime_folder.hpp"
#include "providers/local/server/talker.hpp"

namespace dbplan::local {

/// What all clusters of a workspace share.
struct SparkSettings {
  std::filesystem::path workspace;
  RuntimeFolder runtime;
  std::string url;  // of the workspace's API
};

/// The JVM and the fork server of one cluster, and the notebooks that run on them: the border of
/// providers/local/README.md, seen from the server. One thread: that of its host.
class SparkCluster {
 public:
  using Emit = std::function<void(HostEvent)>;

  SparkCluster(const SparkSettings& settings, ClusterShape shape, Emit emit);

  /// Starts both processes; what becomes of it is told by events.
  void begin();
  void stop();
  void start_run(const NotebookRun& run);
  void cancel_run(const std::string& run);

  /// Moves on: lines that came, processes that ended, time that passed.
  void turn(Millis now);
  void add_polls(std::vector<pollfd>& polls) const;
  /// When turn() has something to do by itself, or 0.
  Millis next_turn() const;
  /// ClusterEnded has been told; nothing is left.
  bool gone() const { return gone_; }

 private:
  /// Each stage waits for one answer.
  enum class Stage {
    Attaching,  // "attached"
    Forking,    // "forked"
    Running,    // "exited"
    Detaching,  // "detached" (or that it was not attached)
    Draining    // "jobs RUN 0"
  };
  struct Active {
    NotebookRun run;
    std::filesystem::path out;
    Stage stage = Stage::Attaching;
    pid_t pid = 0;
    int status = 0;  // wait status
    bool cancelled = false;
    std::string trouble = {};  // why it could not be run
    Millis next_look = 0;      // Draining
    Millis patience = 0;       // Draining: until when
    Millis answer_by = 0;      // Attaching, Detaching: when the JVM must have answered
  };

  Result<> launch();
  void take_jvm_line(std::string_view line);
  void take_python_line(std::string_view line);
  void check_ready();
  void check_ends(Millis now);
  void check_answers(Millis now);
  void check_draining(Millis now);
  void fork_run(Active& active, const std::string& port, const std::string& secret);
  void clean_up(Active& active);
  void end_run(const std::string& run);
  RunOutcome outcome_of(const Active& active) const;
  Active* find(std::string_view run);
  void fail_cluster(std::string why);
  std::string death_of(std::string_view name, const Talker& process, std::string_view log) const;

  const SparkSettings& settings_;
  ClusterShape shape_;
  Emit emit_;
  std::filesystem::path folder_;
  Talker jvm_;
  Talker python_;
  std::map<std::string, Active, std::less<>> runs_;
  bool jvm_ready_ = false;
  bool python_ready_ = false;
  bool announced_ = false;  // ClusterReady was told
  bool stopping_ = false;
  bool gone_ = false;
  std::string why_;         // it ends, when nobody asked for it
  Millis start_limit_ = 0;  // it must be ready by then
  Millis kill_at_ = 0;      // it is ended by force then
};

}  // namespace dbplan::local

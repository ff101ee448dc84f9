#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.hpp"

namespace dbplan::local {

/// A file descriptor that is closed with its owner.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor() { close(); }
  int get() const { return number_; }
  bool open() const { return number_ >= 0; }
  int release();
  void close();

 private:
  int number_;
};

struct Command {
  std::vector<std::string> arguments;    // the program first, as an absolute path
  std::vector<std::string> environment;  // "KEY=VALUE": all of it
  std::filesystem::path folder;
  std::filesystem::path error_file;  // where its standard error goes; appended to
};

/// A process in a group of its own, with pipes to its standard input and output. It inherits
/// nothing else, so that its input ends when this process dies, however that happens.
class Process {
 public:
  Process() = default;
  static Result<Process> start(const Command& command);

  pid_t pid() const { return pid_; }
  const Descriptor& input() const { return input_; }
  const Descriptor& output() const { return output_; }
  /// Readable when it has ended.
  const Descriptor& ended() const { return ended_; }
  void close_input() { input_.close(); }
  void close_output() { output_.close(); }
  /// It and everything in its group.
  void kill_group() const;
  /// If it has ended: ends what is left of its group, and true from then on.
  bool reap();
  bool started() const { return pid_ > 0; }
  bool reaped() const { return reaped_; }
  /// "signal 9 (Killed)", "status 1". REQUIRES: reaped.
  std::string how_it_ended() const;

 private:
  pid_t pid_ = -1;
  bool reaped_ = false;
  int status_ = 0;  // wait status, once reaped
  Descriptor input_;
  Descriptor output_;
  Descriptor ended_;
};

/// Ends the process group of `leader`, if there is one.
void kill_process_group(pid_t leader);

/// The absolute path of a program on PATH, or empty.
std::string find_program(const std::string& name);

/// A process that outlives this one: in a session of its own, no terminal, standard output and
/// error to `log` (mode 0600), `extra` inherited under its own number. The pid.
Result<pid_t> start_detached(const std::vector<std::string>& arguments,
                             const std::filesystem::path& log, int extra);

}  // namespace dbplan::local

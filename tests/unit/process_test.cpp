#include "providers/local/server/process.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <thread>

#include "providers/local/server/talker.hpp"

using dbplan::local::Command;
using dbplan::local::Process;
using dbplan::local::Talker;

namespace {

namespace fs = std::filesystem;

class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "dbplan-process-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  const fs::path& path() const { return path_; }
  std::string read(const std::string& name) const {
    std::ifstream file(path_ / name);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
  }

 private:
  fs::path path_;
};

Command shell(const Folder& folder, const std::string& script) {
  return {.arguments = {"/bin/sh", "-c", script},
          .environment = {"PATH=/usr/bin:/bin"},
          .folder = folder.path(),
          .error_file = folder.path() / "error.log"};
}

bool comes_true(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

/// Its lines until it has closed its output.
std::vector<std::string> lines_of(Talker& talker, std::size_t at_least) {
  std::vector<std::string> lines;
  comes_true([&] {
    talker.exchange([&](std::string_view line) { lines.emplace_back(line); });
    return lines.size() >= at_least;
  });
  return lines;
}

/// Gone, or dead and only waiting for init to take it.
bool is_dead(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  std::getline(file, text);
  const auto name_end = text.rfind(')');
  return name_end == std::string::npos || text.substr(name_end + 2, 1) == "Z";
}

std::size_t open_descriptors() {
  const fs::directory_iterator all("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(fs::begin(all), fs::end(all)));
}

}  // namespace

TEST_CASE("process: it is given exactly its arguments, environment and folder") {
  const Folder folder;
  setenv("DBPLAN_TEST_SECRET", "x", 1);
  Command command = shell(folder, "echo \"$PWD|$A|$DBPLAN_TEST_SECRET\"; echo oops >&2");
  command.environment.push_back("A=b c");
  auto process = Process::start(command);
  unsetenv("DBPLAN_TEST_SECRET");
  REQUIRE(process.has_value());
  Talker talker(std::move(*process));
  const auto lines = lines_of(talker, 1);
  REQUIRE(lines.size() == 1);
  CHECK(lines[0] == fs::canonical(folder.path()).string() + "|b c|");
  CHECK(comes_true([&] { return talker.gone(); }));
  CHECK(folder.read("error.log") == "oops\n");
}

TEST_CASE("process: nothing that is open here is open there") {
  const Folder folder;
  const int inherited = open("/dev/null", O_RDONLY);  // without O_CLOEXEC on purpose
  auto process = Process::start(shell(folder, "ls /proc/self/fd | tr '\\n' ' '; echo"));
  close(inherited);
  REQUIRE(process.has_value());
  Talker talker(std::move(*process));
  const auto lines = lines_of(talker, 1);
  REQUIRE(lines.size() == 1);
  CHECK(lines[0] == "0 1 2 3 ");  // 3: the folder that ls reads
  CHECK(comes_true([&] { return talker.gone(); }));
}

TEST_CASE("process: signals arrive though they are blocked or ignored here") {
  const Folder folder;
  sigset_t blocked, before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &blocked, &before);
  const auto pipe_handler = signal(SIGPIPE, SIG_IGN);
  const auto quit_handler = signal(SIGQUIT, SIG_IGN);  // as in a shell's background job
  auto process = Process::start(shell(folder, "grep -E 'Sig(Blk|Ign)' /proc/self/status"));
  signal(SIGPIPE, pipe_handler);
  signal(SIGQUIT, quit_handler);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  REQUIRE(process.has_value());
  Talker talker(std::move(*process));
  for (const std::string& line : lines_of(talker, 2)) {
    CAPTURE(line);
    CHECK(line.ends_with("0000000000000000"));
  }
  CHECK(comes_true([&] { return talker.gone(); }));
}

TEST_CASE("process: a program or folder that is not there is an error, and leaves nothing open") {
  const Folder folder;
  const std::size_t before = open_descriptors();
  Command command = shell(folder, "true");
  command.arguments[0] = "/nonexistent/program";
  const auto missing = Process::start(command);
  REQUIRE_FALSE(missing.has_value());
  CHECK(missing.error().message == "cannot start /nonexistent/program: No such file or directory");
  command = shell(folder, "true");
  command.folder = folder.path() / "absent";
  CHECK_FALSE(Process::start(command).has_value());
  command = shell(folder, "true");
  command.error_file = folder.path() / "absent" / "error.log";
  CHECK_FALSE(Process::start(command).has_value());
  CHECK(open_descriptors() == before);
}

TEST_CASE("process: killing its group ends what it started, and reaping leaves no zombie") {
  const Folder folder;
  auto process = Process::start(shell(folder, "sleep 300 & echo $!; wait"));
  REQUIRE(process.has_value());
  const pid_t leader = process->pid();
  CHECK(getpgid(leader) == leader);
  Talker talker(std::move(*process));
  const auto lines = lines_of(talker, 1);
  REQUIRE(lines.size() == 1);
  const pid_t child = std::atoi(lines[0].c_str());
  CHECK_FALSE(talker.gone());
  talker.kill();
  CHECK(comes_true([&] { return talker.gone(); }));
  CHECK(talker.gone());
  CHECK(kill(leader, 0) != 0);
  CHECK(comes_true([&] { return is_dead(child); }));
}

TEST_CASE("process: what it leaves behind when it ends by itself is ended too") {
  const Folder folder;
  auto process = Process::start(shell(folder, "sleep 300 & echo $!"));
  REQUIRE(process.has_value());
  Talker talker(std::move(*process));
  const auto lines = lines_of(talker, 1);
  REQUIRE(lines.size() == 1);
  CHECK(comes_true([&] { return talker.gone(); }));
  CHECK(comes_true([&] { return is_dead(std::atoi(lines[0].c_str())); }));
}

TEST_CASE("process: how it ended is known") {
  const Folder folder;
  const auto end_of = [&](const std::string& script) {
    auto process = Process::start(shell(folder, script));
    REQUIRE(process.has_value());
    CHECK(comes_true([&] { return process->reap(); }));
    return process->how_it_ended();
  };
  CHECK(end_of("exit 3") == "status 3");
  CHECK(end_of("kill -KILL $$") == "signal 9 (Killed)");
}

TEST_CASE("process: its end wakes who waits for it") {
  const Folder folder;
  auto process = Process::start(shell(folder, "read line"));
  REQUIRE(process.has_value());
  pollfd waited{process->ended().get(), POLLIN, 0};
  CHECK(poll(&waited, 1, 0) == 0);
  process->close_input();
  CHECK(poll(&waited, 1, 30'000) == 1);
  CHECK(process->reap());
}

TEST_CASE("process: many starts leave no descriptor open") {
  const Folder folder;
  const std::size_t before = open_descriptors();
  for (int i = 0; i < 20; ++i) {
    auto process = Process::start(shell(folder, "true"));
    REQUIRE(process.has_value());
    CHECK(comes_true([&] { return process->reap(); }));
  }
  CHECK(open_descriptors() == before);
}

TEST_CASE("process: what is said to it arrives whole, however much it is and slowly it reads") {
  const Folder folder;
  auto process = Process::start(shell(folder, "read go; wc -c"));
  REQUIRE(process.has_value());
  pollfd ended{process->ended().get(), POLLIN, 0};
  Talker talker(std::move(*process));
  const std::string half_megabyte(1 << 19, 'x');
  talker.say(half_megabyte);  // read as the first line: more than a pipe holds
  talker.say(half_megabyte);
  std::vector<std::string> lines;
  const auto take = [&](std::string_view line) { lines.emplace_back(line); };
  CHECK(comes_true([&] {
    talker.exchange(take);
    std::vector<pollfd> polls;
    talker.add_polls(polls);
    // The input is asked for only as long as something is left to say.
    return polls.size() == 2;
  }));
  talker.hang_up();
  CHECK(comes_true([&] {
    talker.exchange(take);
    return talker.gone();
  }));
  talker.exchange(take);
  REQUIRE(lines.size() == 1);
  CHECK(std::atoi(lines[0].c_str()) == (1 << 19) + 1);
  CHECK(ended.fd >= 0);
}

TEST_CASE("process: lines are handed on whole, a last one without an end is not") {
  const Folder folder;
  auto process = Process::start(shell(folder, "printf 'one\\ntw'; read go; printf 'o\\n\\nrest'"));
  REQUIRE(process.has_value());
  Talker talker(std::move(*process));
  CHECK(lines_of(talker, 1) == std::vector<std::string>{"one"});
  talker.say("go");
  CHECK(lines_of(talker, 2) == std::vector<std::string>{"two", ""});
  CHECK(comes_true([&] { return talker.gone(); }));
  std::vector<std::string> more;
  talker.exchange([&](std::string_view line) { more.emplace_back(line); });
  CHECK(more.empty());
}

TEST_CASE("process: speaking to one that has ended does no harm") {
  const Folder folder;
  const auto before = signal(SIGPIPE, SIG_IGN);  // as the program has it
  auto process = Process::start(shell(folder, "true"));
  REQUIRE(process.has_value());
  Talker talker(std::move(*process));
  CHECK(comes_true([&] { return talker.gone(); }));
  talker.say("hello");
  talker.exchange([](std::string_view) {});
  std::vector<pollfd> polls;
  talker.add_polls(polls);
  CHECK(polls.empty());
  signal(SIGPIPE, before);
}

TEST_CASE("process: programs are found on PATH by absolute entries alone") {
  CHECK(dbplan::local::find_program("sh").ends_with("/sh"));
  CHECK(dbplan::local::find_program("no-such-program").empty());
}

TEST_CASE("process: a detached one has a session of its own, a private log and one descriptor") {
  const Folder folder;
  int ends[2];
  REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
  const fs::path log = folder.path() / "server.log";
  const std::string script =
      "cut -d' ' -f6 /proc/$$/stat; echo $$; readlink /proc/$$/fd/0; ls /proc/$$/fd | wc -l; "
      "echo ok >&" +
      std::to_string(ends[1]);
  const auto pid = dbplan::local::start_detached({"/bin/bash", "-c", script}, log, ends[1]);
  close(ends[1]);
  REQUIRE(pid.has_value());
  std::string told;
  char letter = 0;
  while (read(ends[0], &letter, 1) == 1) told += letter;
  close(ends[0]);
  CHECK(told == "ok\n");
  std::istringstream written(folder.read("server.log"));
  std::string session, self, input, count;
  written >> session >> self >> input >> count;
  CHECK(session == self);
  CHECK(self == std::to_string(*pid));
  CHECK(input == "/dev/null");
  CHECK(fs::status(log).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
}

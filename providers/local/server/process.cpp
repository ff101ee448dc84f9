#include "providers/local/server/process.hpp"

#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace dbplan::local {
namespace {

constexpr int kExecFailed = 127;

struct Pipe {
  Descriptor read;
  Descriptor write;
};

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0)
    return fail(Error::Code::Unavailable, std::string("cannot make a pipe: ") + strerror(errno));
  return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> result;
  // execve takes char* for historical reasons and changes nothing.
  for (const std::string& text : texts) result.push_back(const_cast<char*>(text.c_str()));
  result.push_back(nullptr);
  return result;
}

/// Signals as a program expects them: this process blocks and ignores some.
void reset_signals() {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  for (int number = 1; number < SIGRTMIN; ++number) signal(number, SIG_DFL);
}

/// What the child does; only calls that are allowed between fork and exec.
struct ChildPlan {
  char* const* arguments;
  char* const* environment;
  const char* folder;  // null: stay
  int input;
  int output;
  int error;
  int kept;    // inherited as it is; -1: none
  int report;  // where errno goes when exec fails
  bool session;
};

[[noreturn]] void become(const ChildPlan& plan) {
  if (plan.session)
    setsid();
  else
    setpgid(0, 0);
  reset_signals();
  const bool ready = dup2(plan.input, 0) == 0 && dup2(plan.output, 1) == 1 &&
                     dup2(plan.error, 2) == 2 &&
                     (plan.folder == nullptr || chdir(plan.folder) == 0);
  close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
  if (plan.kept >= 0) fcntl(plan.kept, F_SETFD, 0);
  if (ready) execve(plan.arguments[0], plan.arguments, plan.environment);
  const int problem = errno;
  [[maybe_unused]] const ssize_t told = write(plan.report, &problem, sizeof problem);
  _exit(kExecFailed);
}

/// Forks; returns when the program has begun, or why it has not.
Result<pid_t> spawn(ChildPlan plan, const std::string& program) {
  Pipe report = TRY(make_pipe());
  plan.report = report.write.get();
  const pid_t pid = fork();
  if (pid < 0)
    return fail(Error::Code::Unavailable,
                "cannot start " + program + ": " + std::string(strerror(errno)));
  if (pid == 0) become(plan);
  report.write.close();
  int problem = 0;
  if (read(report.read.get(), &problem, sizeof problem) != sizeof problem) return pid;
  waitpid(pid, nullptr, 0);
  return fail(Error::Code::NotFound, "cannot start " + program + ": " + strerror(problem));
}

/// glibc 2.36 declares pidfd_open for C only. The descriptor is close-on-exec by itself.
Descriptor open_pidfd(pid_t pid) {
  return Descriptor(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
}

Descriptor open_log(const std::filesystem::path& file) {
  return Descriptor(open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
}

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    close();
    number_ = other.release();
  }
  return *this;
}

int Descriptor::release() { return std::exchange(number_, -1); }

void Descriptor::close() {
  if (number_ >= 0) ::close(std::exchange(number_, -1));
}

Result<Process> Process::start(const Command& command) {
  Pipe input = TRY(make_pipe());
  Pipe output = TRY(make_pipe());
  const Descriptor error = open_log(command.error_file);
  if (!error.open())
    return fail(Error::Code::Denied, "cannot write " + command.error_file.string());
  const std::vector<char*> arguments = pointers(command.arguments);
  const std::vector<char*> environment = pointers(command.environment);
  const pid_t pid = TRY(spawn({.arguments = arguments.data(),
                               .environment = environment.data(),
                               .folder = command.folder.c_str(),
                               .input = input.read.get(),
                               .output = output.write.get(),
                               .error = error.get(),
                               .kept = -1,
                               .report = -1,
                               .session = false},
                              command.arguments[0]));
  Process process;
  process.pid_ = pid;
  process.input_ = std::move(input.write);
  process.output_ = std::move(output.read);
  process.ended_ = open_pidfd(pid);
  for (const Descriptor* end : {&process.input_, &process.output_})
    fcntl(end->get(), F_SETFL, O_NONBLOCK);
  return process;
}

void Process::kill_group() const {
  if (pid_ > 0 && !reaped_) kill(-pid_, SIGKILL);
}

bool Process::reap() {
  if (reaped_ || pid_ <= 0) return true;
  siginfo_t state{};
  // Looked at before it is taken away: as long as it is a zombie, the group's number is its own.
  if (waitid(P_PID, static_cast<id_t>(pid_), &state, WEXITED | WNOHANG | WNOWAIT) != 0 ||
      state.si_pid != pid_)
    return false;
  kill(-pid_, SIGKILL);
  waitpid(pid_, &status_, 0);
  reaped_ = true;
  ended_.close();
  return true;
}

std::string Process::how_it_ended() const {
  if (!WIFSIGNALED(status_)) return "status " + std::to_string(WEXITSTATUS(status_));
  const int number = WTERMSIG(status_);
  return "signal " + std::to_string(number) + " (" + strsignal(number) + ")";
}

void kill_process_group(pid_t leader) {
  if (leader > 1) kill(-leader, SIGKILL);
}

std::string find_program(const std::string& name) {
  const char* variable = std::getenv("PATH");
  std::string rest = variable == nullptr ? "/usr/bin:/bin" : variable;
  while (!rest.empty()) {
    const auto colon = std::min(rest.find(':'), rest.size());
    const std::string candidate = rest.substr(0, colon) + "/" + name;
    rest.erase(0, colon + 1);
    if (candidate.starts_with('/') && access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  return {};
}

Result<pid_t> start_detached(const std::vector<std::string>& arguments,
                             const std::filesystem::path& log, int extra) {
  const Descriptor nothing(open("/dev/null", O_RDWR | O_CLOEXEC));
  const Descriptor output = open_log(log);
  if (!output.open()) return fail(Error::Code::Denied, "cannot write " + log.string());
  const std::vector<char*> pointed = pointers(arguments);
  return spawn({.arguments = pointed.data(),
                .environment = environ,
                .folder = nullptr,
                .input = nothing.get(),
                .output = output.get(),
                .error = output.get(),
                .kept = extra,
                .report = -1,
                .session = true},
               arguments[0]);
}

}  // namespace dbplan::local

#include "engine/bench/load.hpp"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>

namespace dbplan::bench {
namespace {

struct Process {
  int parent = 0;
  double ticks = 0;  // its own and those of its children that have ended
};

/// Field 2 of /proc/<pid>/stat is the name in brackets and may itself hold brackets and spaces.
std::optional<Process> read_process(const std::filesystem::path& file) {
  std::ifstream stream(file);
  std::string line;
  if (!std::getline(stream, line)) return std::nullopt;
  const std::size_t name_end = line.rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream fields(line.substr(name_end + 1));
  std::string skipped;
  Process process;
  fields >> skipped >> process.parent;              // 3 state, 4 ppid
  for (int i = 5; i <= 13; ++i) fields >> skipped;  // up to cmajflt
  for (int i = 14; i <= 17; ++i) {                  // utime, stime, cutime, cstime
    double ticks = 0;
    if (fields >> ticks) process.ticks += ticks;
  }
  return process;
}

std::map<int, Process> read_processes(const std::filesystem::path& proc) {
  std::map<int, Process> processes;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(proc, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    if (const auto process = read_process(entry->path() / "stat"))
      processes[std::atoi(name.c_str())] = *process;
  }
  return processes;
}

class ProcCpuMeter : public CpuMeter {
 public:
  ProcCpuMeter(std::vector<int> own, std::filesystem::path proc)
      : own_(std::move(own)), proc_(std::move(proc)) {
    own_.push_back(static_cast<int>(getpid()));
  }

  std::optional<CpuTime> read() override {
    std::ifstream stream(proc_ / "stat");
    std::string word, line;
    CpuTime time{.busy = 0, .own = 0, .cores = 0};
    if (!(stream >> word) || word != "cpu") return std::nullopt;
    double user = 0, nice = 0, system = 0, idle = 0, wait = 0, irq = 0, soft = 0, steal = 0;
    if (!(stream >> user >> nice >> system >> idle >> wait >> irq >> soft >> steal))
      return std::nullopt;
    while (std::getline(stream, line))
      if (line.size() > 3 && line.starts_with("cpu") && line[3] >= '0' && line[3] <= '9')
        ++time.cores;
    const double per_second = static_cast<double>(sysconf(_SC_CLK_TCK));
    time.busy = (user + nice + system + irq + soft + steal) / per_second;
    time.own = own_ticks() / per_second;
    time.cores = std::max(time.cores, 1);
    return time;
  }

 private:
  double own_ticks() const {
    const std::map<int, Process> processes = read_processes(proc_);
    std::set<int> family(own_.begin(), own_.end());
    for (bool grown = true; grown;) {
      grown = false;
      for (const auto& [pid, process] : processes)
        if (family.contains(process.parent)) grown |= family.insert(pid).second;
    }
    double ticks = 0;
    for (const auto& [pid, process] : processes)
      if (family.contains(pid)) ticks += process.ticks;
    return ticks;
  }

  std::vector<int> own_;
  std::filesystem::path proc_;
};

}  // namespace

std::unique_ptr<CpuMeter> proc_cpu_meter(std::vector<int> own, std::filesystem::path proc) {
  return std::make_unique<ProcCpuMeter>(std::move(own), std::move(proc));
}

std::optional<Load> load_between(const CpuTime& before, const CpuTime& after, double seconds) {
  constexpr double kShortest = 0.2;  // a few ticks of the clock in which /proc counts
  if (seconds < kShortest) return std::nullopt;
  const double own = after.own - before.own, all = after.busy - before.busy;
  return Load{.own = std::max(0.0, own / seconds), .others = std::max(0.0, (all - own) / seconds)};
}

}  // namespace dbplan::bench

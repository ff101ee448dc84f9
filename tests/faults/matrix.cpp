#include "tests/faults/matrix.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <iostream>

namespace dbplan::faults {
namespace {

namespace fs = std::filesystem;

struct Case {
  std::size_t index = 0;
  const Fault* fault = nullptr;
};

/// One line of the table.
struct Row {
  std::size_t cases = 0, at_once = 0;
  int duplicates = 0, orphans = 0, lost = 0, other = 0, left = 0;
  std::vector<std::string> texts;
};

std::vector<Case> cases_of(const Trial& trial, const MatrixOptions& options) {
  std::vector<Case> cases;
  for (std::size_t index = 1; index <= trial.requests().size(); ++index)
    for (const Fault& fault : trial.faults())
      if ((!options.index || *options.index == index) &&
          (options.fault.empty() || options.fault == fault.name))
        cases.push_back({index, &fault});
  return cases;
}

std::string text_of(const Trial& trial, const Case& one, std::string_view then,
                    const std::vector<std::string>& findings) {
  std::string text = fmt::format("{}, request {} ({}), {}{}:", trial.name(), one.index,
                                 trial.requests()[one.index - 1], one.fault->name, then);
  for (const std::string& finding : findings) text += "\n    " + finding;
  return text + fmt::format("\n    again: dbplan_faults --only \"{}/{}/{}\"", trial.name(),
                            one.index, one.fault->name);
}

void add(Row& row, const Trial& trial, const Case& one, const Trial::Outcome& outcome) {
  row.cases += std::size(kLaters);
  if (outcome.at_once) row.at_once += std::size(kLaters);
  if (!outcome.crashes.empty()) {
    ++row.other;
    row.texts.push_back(text_of(trial, one, "", outcome.crashes));
  }
  for (const auto& [later, findings] : outcome.later) {
    row.duplicates += findings.duplicates;
    row.orphans += findings.orphans;
    row.lost += findings.lost;
    row.left += findings.left;
    if (findings.none()) continue;
    if (findings.duplicates + findings.orphans + findings.lost == 0) ++row.other;
    row.texts.push_back(
        text_of(trial, one, ", then " + std::string(later_name(later)), findings.texts));
  }
}

/// A process that runs every n-th case and says what it found.
int start_worker(const Trial& trial, const std::vector<Case>& cases, std::size_t first,
                 std::size_t step, SharedTime& time) {
  int sockets[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) != 0) std::abort();
  if (fork() != 0) {
    close(sockets[1]);
    return sockets[0];
  }
  close(sockets[0]);
  time.part();
  Row row;
  for (std::size_t i = first; i < cases.size(); i += step)
    add(row, trial, cases[i], trial.run(cases[i].index, *cases[i].fault));
  const Json counts = {row.cases, row.at_once, row.duplicates, row.orphans,
                       row.lost,  row.other,   row.left};
  Message message{Message::Type::End, {canonical(counts)}};
  message.parts.insert(message.parts.end(), row.texts.begin(), row.texts.end());
  send_message(sockets[1], message);
  _exit(0);
}

void collect(int socket, Row& row) {
  const auto message = receive_message(socket);
  close(socket);
  wait(nullptr);
  if (!message) {
    row.texts.push_back("a worker ended without a result");
    ++row.other;
    return;
  }
  const Json counts = parse_json(message->parts[0]).value_or(Json());
  row.cases += counts[0].get<std::size_t>();
  row.at_once += counts[1].get<std::size_t>();
  row.duplicates += counts[2].get<int>();
  row.orphans += counts[3].get<int>();
  row.lost += counts[4].get<int>();
  row.other += counts[5].get<int>();
  row.left += counts[6].get<int>();
  row.texts.insert(row.texts.end(), message->parts.begin() + 1, message->parts.end());
}

Row run_cases(const Trial& trial, const std::vector<Case>& cases, std::size_t workers,
              SharedTime& time) {
  Row row;
  std::vector<int> sockets;
  for (std::size_t i = 0; i < workers; ++i)
    sockets.push_back(start_worker(trial, cases, i, workers, time));
  for (const int socket : sockets) collect(socket, row);
  return row;
}

constexpr const char* kLine =
    "{:<24} {:>8} {:>6} {:>5} {:>7} {:>8} {:>10} {:>7} {:>5} {:>6} {:>6} {:>5}\n";

void print(const std::string& name, std::size_t requests, std::size_t faults, const Row& row,
           double seconds) {
  std::cout << fmt::format(kLine, name, requests, faults, std::size(kLaters), row.cases,
                           row.at_once, row.duplicates, row.orphans, row.lost, row.other, row.left,
                           fmt::format("{:.0f}", seconds))
            << std::flush;
}

void print_texts(const Row& row, std::size_t most) {
  for (std::size_t i = 0; i < std::min(row.texts.size(), most); ++i)
    std::cout << "  " << row.texts[i] << "\n";
  if (row.texts.size() > most) std::cout << fmt::format("  and {} more\n", row.texts.size() - most);
}

void sum_up(Row& total, const Row& row) {
  total.cases += row.cases;
  total.at_once += row.at_once;
  total.duplicates += row.duplicates;
  total.orphans += row.orphans;
  total.lost += row.lost;
  total.other += row.other;
  total.left += row.left;
  total.texts.insert(total.texts.end(), row.texts.begin(), row.texts.end());
}

/// Every case of one scenario, and whether it were all.
Row run_trial(const Trial& trial, const MatrixOptions& options, SharedTime& time) {
  Row row = run_cases(trial, cases_of(trial, options), options.workers, time);
  const bool whole = !options.index && options.fault.empty();
  const std::size_t due = trial.requests().size() * trial.faults().size() * std::size(kLaters);
  if (whole && row.cases != due)
    row.texts.push_back(fmt::format("{} cases ran, not {}", row.cases, due));
  row.texts.insert(row.texts.begin(), trial.trouble().begin(), trial.trouble().end());
  return row;
}

}  // namespace

int run_matrix(const MatrixOptions& options) {
  using Seconds = std::chrono::duration<double>;
  const fs::path scratch =
      fs::temp_directory_path() / ("dbplan-faults-" + std::to_string(getpid()));
  SharedTime time;
  std::cout << fmt::format(kLine, "scenario", "requests", "faults", "then", "cases", "at once",
                           "duplicates", "orphans", "lost", "other", "left", "s");
  std::size_t requests = 0, number = 0;
  Row total;
  const auto began = std::chrono::steady_clock::now();
  for (const Scenario& scenario : all_scenarios()) {
    if (!options.scenario.empty() && scenario.name != options.scenario) continue;
    const auto started = std::chrono::steady_clock::now();
    const Trial trial(scenario, options.project, scratch / std::to_string(++number), time);
    const Row row = run_trial(trial, options, time);
    const Seconds took = std::chrono::steady_clock::now() - started;
    print(scenario.name, trial.requests().size(), trial.faults().size(), row, took.count());
    print_texts(row, options.most_told);
    requests += trial.requests().size();
    sum_up(total, row);
  }
  if (number == 0) {
    std::cout << fmt::format("there is no scenario \"{}\"\n", options.scenario);
    return 1;
  }
  std::error_code ignored;
  fs::remove_all(scratch, ignored);
  const Seconds took = std::chrono::steady_clock::now() - began;
  print(fmt::format("{} scenarios", number), requests,
        all_faults().size() + unwinnable_faults().size(), total, took.count());
  std::cout << fmt::format("{} cases, {} findings\n", total.cases, total.texts.size());
  return static_cast<int>(total.texts.size());
}

}  // namespace dbplan::faults

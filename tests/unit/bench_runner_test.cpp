#include <doctest/doctest.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "engine/bench/load.hpp"
#include "engine/bench/runner.hpp"
#include "engine/report/bench_text.hpp"

namespace dbplan::bench {
namespace {

class ManualClock : public Clock {
 public:
  std::chrono::sys_seconds now() const override {
    return std::chrono::sys_seconds(std::chrono::floor<std::chrono::seconds>(passed_));
  }
  Steady steady() const override { return Steady(passed_); }
  void sleep(std::chrono::milliseconds duration) override { passed_ += duration; }
  std::int64_t ms() const { return passed_.count(); }

 private:
  std::chrono::milliseconds passed_{1'000'000'000};
};

/// A workspace whose runs take the time that a script says, on the manual clock.
class FakeJobs : public JobRunner {
 public:
  explicit FakeJobs(ManualClock& clock) : clock_(clock) {
    for (const std::string job : {"a", "b"}) {
      jobs[job] = {
          {"job_id", job == "a" ? 1 : 2},
          {"settings",
           {{"tasks",
             Json::array({{{"task_key", "t"}, {"existing_cluster_id", "cluster-" + job}}})}}}};
      clusters["cluster-" + job] = {{"cluster_id", "cluster-" + job},
                                    {"num_workers", 1},
                                    {"state", "RUNNING"},
                                    {"cluster_cores", 2}};
    }
    jobs["r"] = {{"job_id", 3}, {"settings", Json::object()}};
  }

  Result<Json> job(const std::string& job) override { return jobs.at(job); }
  Result<Json> cluster(const std::string& id) override { return clusters.at(id); }

  Result<std::string> start(const std::string& job,
                            const std::map<std::string, std::string>& parameters,
                            const std::string& token) override {
    CHECK(token.size() <= 64);
    CHECK(std::ranges::find(tokens, token) == tokens.end());
    tokens.push_back(token);
    started.push_back(job);
    const std::int64_t id = static_cast<std::int64_t>(started.size());
    Run run{clock_.ms(), next_time(job), "SUCCESS", job};
    if (on_start) on_start(job, run);
    for (const auto& [name, value] : parameters)
      run.parameters.push_back({{"name", name}, {"value", value}});
    runs[id] = run;
    return std::to_string(id);
  }

  Result<Json> run(const std::string& run_id) override {
    Run& run = runs.at(std::stoll(run_id));
    const bool cancelled = run.cancelled_at > 0;
    const std::int64_t end = cancelled ? run.cancelled_at : run.start + 100 + run.takes;
    Json json = {{"run_id", std::stoll(run_id)}, {"start_time", run.start}};
    if (clock_.ms() < end) {
      json["state"] = {{"life_cycle_state", "RUNNING"}};
      return json;
    }
    const std::string result = cancelled ? "CANCELED" : run.result;
    json["state"] = {{"life_cycle_state", result == "SUCCESS" ? "TERMINATED" : "INTERNAL_ERROR"},
                     {"result_state", result},
                     {"state_message", result == "SUCCESS" ? "" : "it broke"}};
    json["status"] = {{"state", "TERMINATED"}, {"termination_details", {{"code", run.code}}}};
    json["end_time"] = end;
    json["job_parameters"] = run.parameters;
    json["tasks"] = Json::array(
        {{{"run_id", std::stoll(run_id) + 1000},
          {"task_key", "t"},
          {"start_time", run.start},
          {"setup_duration", 100},
          {"execution_duration", run.takes},
          {"end_time", end},
          {"attempt_number", run.attempt},
          {"state", {{"life_cycle_state", "TERMINATED"}, {"result_state", result}}},
          {"cluster_instance",
           {{"cluster_id", run.cluster.empty() ? "cluster-" + run.job : run.cluster}}}}});
    return json;
  }

  Result<std::string> output(const std::string& task_run_id) override {
    return runs.at(std::stoll(task_run_id) - 1000).exit_value;
  }
  Result<> cancel(const std::string& run_id) override {
    Run& run = runs.at(std::stoll(run_id));
    if (run.cancelled_at == 0) run.cancelled_at = clock_.ms();
    return {};
  }

  struct Run {
    std::int64_t start = 0, takes = 0;
    std::string result, job, code = {}, cluster = {};
    std::string exit_value = R"({"sum": 7, "notebooks": {"x": {"start_ms": 10, "end_ms": 20}}})";
    int attempt = 0;
    std::int64_t cancelled_at = 0;
    Json parameters = Json::array();
  };
  std::map<std::string, Json> jobs, clusters;
  std::map<std::string, std::vector<std::int64_t>> times = {
      {"a", {20000, 21000, 20500, 20200}}, {"b", {10000, 10500, 10200, 10100}}, {"r", {1000}}};
  std::function<void(const std::string&, Run&)> on_start;
  std::vector<std::string> started, tokens;
  std::map<std::int64_t, Run> runs;

 private:
  std::int64_t next_time(const std::string& job) {
    const std::vector<std::int64_t>& all = times.at(job);
    return all[count_[job]++ % all.size()];
  }
  ManualClock& clock_;
  std::map<std::string, std::size_t> count_;
};

Experiment two_arms() {
  return *parse_experiment("x", Json::parse(R"({
    "baseline": "slow",
    "arms": {"fast": {"job": "b", "parameters": {"k": "4"}}, "slow": {"job": "a"}},
    "reset": {"job": "r"},
    "design": {"repetitions": {"min": 4, "max": 4}, "warmups": 1, "timeout": "1m",
               "max_invalid": 1},
    "notebooks": {"path": "$.notebooks[*]"},
    "equivalence": [{"path": "$.sum", "compare": "equal"}],
    "asserts": ["speedup(fast) >= 1.5", "failure_rate(fast) == 0"]
  })"));
}

struct World {
  ManualClock clock;
  FakeJobs jobs{clock};
  Experiment experiment = two_arms();
  RunnerOptions options{.session = "s1", .workspace = "w", .progress = {}, .interrupted = {}};

  Comparison run() {
    auto result = run_experiment(experiment, jobs, clock, options);
    REQUIRE(result);
    return *result;
  }
  std::string refusal() {
    auto result = run_experiment(experiment, jobs, clock, options);
    REQUIRE_FALSE(result);
    CHECK(jobs.started.empty());
    return result.error().message;
  }
};

bool has_warning(const Comparison& comparison, std::string_view code) {
  return std::ranges::find(comparison.warnings, code, &Warning::code) != comparison.warnings.end();
}

}  // namespace

TEST_CASE("bench runner: two jobs are compared in ABBA order with a reset before every run") {
  World world;
  const Comparison comparison = world.run();
  CHECK(fmt::format("{}", fmt::join(world.jobs.started, "")) == "rarbrarbrbrararbrbra");
  CHECK(comparison.status == Comparison::Status::Complete);
  CHECK(comparison.samples.size() == 10);
  CHECK(comparison.arms[0].valid == 4);
  CHECK(comparison.arms[1].valid == 4);
  CHECK(comparison.versus[0].estimate == doctest::Approx(2.0).epsilon(0.02));
  REQUIRE(comparison.versus[0].speedup);
  CHECK(comparison.versus[0].speedup->low > 1.5);
  CHECK(comparison.verdict == "pass");
  CHECK(comparison.exit_code == 0);
  CHECK(comparison.results_equal);
  CHECK(has_warning(comparison, "W-CONFOUNDED"));
  CHECK(comparison.samples[2].timing.setup == 100);
  CHECK(comparison.samples[2].value == 21000);
}

TEST_CASE("bench runner: the result file is complete and carries no infinity") {
  World world;
  const Json json = to_json(world.run());
  CHECK(json["format"] == "dbplan.bench/1");
  CHECK(json["arms"]["slow"]["baseline"] == true);
  CHECK(json["arms"]["fast"]["job_id"] == "2");
  CHECK(json["arms"]["fast"]["samples"].size() == 5);
  CHECK(json["comparisons"][0]["ci"].size() == 2);
  CHECK(json["comparisons"][0]["confidence"].get<double>() ==
        doctest::Approx(0.9714).epsilon(1e-3));
  CHECK(json["asserts"][0]["result"] == "pass");
  CHECK(json["verdict"] == "pass");
  CHECK(json.dump().find("null,null") == std::string::npos);
}

TEST_CASE("bench runner: the text says what was measured and what limits the result") {
  World world;
  const std::string text = bench_text(world.run());
  CHECK(text.find("fast is 2.0") != std::string::npos);
  CHECK(text.find("clusters   equal in all") != std::string::npos);
  CHECK(text.find("W-CONFOUNDED") != std::string::npos);
  CHECK(text.find("results: equal in all 10 runs") != std::string::npos);
  CHECK(text.find("foreign load: not known") != std::string::npos);
  CHECK(text.find("WHAT BOUNDS IT") != std::string::npos);
  CHECK(text.find("verdict pass (exit 0)") != std::string::npos);
}

TEST_CASE("bench runner: a fast wrong answer makes the comparison invalid") {
  World world;
  world.jobs.on_start = [](const std::string& job, FakeJobs::Run& run) {
    if (job == "b") run.exit_value = R"({"sum": 8})";
  };
  const Comparison comparison = world.run();
  CHECK_FALSE(comparison.results_equal);
  CHECK(comparison.verdict == "unfair");
  CHECK(comparison.exit_code == 4);
  CHECK(bench_text(comparison).find("results: NOT EQUAL: $.sum of run") != std::string::npos);
}

TEST_CASE("bench runner: an exit value without what is to be compared is invalid") {
  World world;
  world.jobs.on_start = [](const std::string&, FakeJobs::Run& run) { run.exit_value = "done"; };
  const Comparison comparison = world.run();
  CHECK(comparison.status == Comparison::Status::Partial);
  CHECK(comparison.samples.front().reason == "the exit value has nothing at $.sum");
  CHECK(comparison.exit_code == 1);
}

TEST_CASE("bench runner: different clusters stop it before anything is run") {
  World world;
  world.jobs.clusters["cluster-b"]["num_workers"] = 3;
  const Comparison comparison = world.run();
  CHECK(world.jobs.started.empty());
  CHECK(comparison.exit_code == 4);
  CHECK(bench_text(comparison).find("num_workers: slow 1 fast 3") != std::string::npos);
}

TEST_CASE("bench runner: clusters that became different meanwhile are noticed at the end") {
  World world;
  world.jobs.on_start = [&](const std::string&, FakeJobs::Run&) {
    world.jobs.clusters["cluster-b"]["cluster_cores"] = 4;
  };
  CHECK(world.run().exit_code == 4);
}

TEST_CASE("bench runner: a job edited meanwhile makes the comparison invalid") {
  World world;
  world.jobs.on_start = [&](const std::string&, FakeJobs::Run&) {
    world.jobs.jobs["a"]["settings"]["name"] = "edited";
  };
  const Comparison comparison = world.run();
  CHECK(comparison.exit_code == 4);
  CHECK(comparison.problem == "job a was edited while it was measured");
}

TEST_CASE("bench runner: jobs that cannot be measured are refused before anything is run") {
  {
    World world;
    world.jobs.jobs["a"]["settings"]["schedule"] = {{"quartz_cron_expression", "0 0 2 * * ?"}};
    CHECK(world.refusal().find("its schedule is not paused") != std::string::npos);
  }
  {
    World world;
    world.jobs.jobs["a"]["settings"]["tasks"][0]["max_retries"] = 2;
    CHECK(world.refusal().find("max_retries") != std::string::npos);
  }
  {
    World world;
    world.jobs.jobs["b"]["settings"]["tasks"][0]["existing_cluster_id"] = "cluster-a";
    CHECK(world.refusal().find("two arms run on the same cluster") != std::string::npos);
  }
  {
    World world;
    world.jobs.jobs["b"]["settings"]["tasks"][0].erase("existing_cluster_id");
    CHECK(world.refusal().find("task t has no existing_cluster_id") != std::string::npos);
  }
}

TEST_CASE(
    "bench runner: a run spoilt by the platform is repeated in its place and stays on record") {
  World world;
  bool spoilt = false;
  world.jobs.on_start = [&](const std::string& job, FakeJobs::Run& run) {
    if (job != "b" || spoilt || world.jobs.started.size() < 6) return;
    spoilt = true;
    run.result = "FAILED";
    run.code = "CLOUD_FAILURE";
  };
  const Comparison comparison = world.run();
  CHECK(comparison.status == Comparison::Status::Complete);
  CHECK(comparison.samples.size() == 11);
  CHECK(comparison.arms[1].valid == 4);
  CHECK(comparison.arms[1].invalid == 1);
  CHECK(comparison.arms[1].failed == 0);
}

TEST_CASE("bench runner: an arm that fails twice ends the experiment, and is not left out") {
  World world;
  world.jobs.on_start = [&](const std::string& job, FakeJobs::Run& run) {
    if (job != "b" || world.jobs.started.size() < 6) return;
    run.result = "FAILED";
    run.code = "RUN_EXECUTION_ERROR";
  };
  const Comparison comparison = world.run();
  CHECK(comparison.status == Comparison::Status::Partial);
  CHECK(comparison.problem.find("arm fast fails") != std::string::npos);
  CHECK(comparison.arms[1].failed == 2);
  CHECK(comparison.exit_code == 1);
}

TEST_CASE("bench runner: a failing reset ends the experiment") {
  World world;
  world.jobs.on_start = [](const std::string& job, FakeJobs::Run& run) {
    if (job == "r") run.result = "FAILED";
  };
  const Comparison comparison = world.run();
  CHECK(comparison.problem.find("the reset job r did not succeed") != std::string::npos);
  CHECK(comparison.samples.empty());
  CHECK(comparison.exit_code == 1);
}

TEST_CASE("bench runner: a run over the time limit is cancelled and counts as longer than all") {
  World world;
  world.jobs.times["b"] = {10000, 10000, 999'000, 10000, 10000};
  const Comparison comparison = world.run();
  CHECK(comparison.arms[1].censored == 1);
  CHECK(comparison.versus[0].speedup->low == 0);
  CHECK(comparison.versus[0].estimate == doctest::Approx(2.03).epsilon(0.02));
  CHECK(comparison.verdict == "inconclusive");
  CHECK(to_json(comparison)["arms"]["fast"]["summary"]["max"].is_null());
}

TEST_CASE("bench runner: a retried task or a foreign cluster makes a run invalid") {
  World world;
  world.experiment.max_invalid = 0;
  world.jobs.on_start = [](const std::string& job, FakeJobs::Run& run) {
    if (job == "a") run.attempt = 1;
  };
  CHECK(world.run().samples.front().reason == "task t was retried");

  World other;
  other.experiment.max_invalid = 0;
  other.jobs.on_start = [](const std::string& job, FakeJobs::Run& run) {
    if (job == "a") run.cluster = "elsewhere";
  };
  CHECK(other.run().samples.front().reason == "it ran on cluster elsewhere, not on cluster-a");
}

TEST_CASE("bench runner: an interrupt cancels the active run and keeps what was measured") {
  World world;
  world.options.interrupted = [&] { return world.jobs.started.size() >= 8; };
  const Comparison comparison = world.run();
  CHECK(comparison.status == Comparison::Status::Aborted);
  CHECK(comparison.samples.size() == 3);
  CHECK(world.jobs.runs.rbegin()->second.cancelled_at > 0);
}

TEST_CASE("bench runner: with room for more blocks it stops as soon as the interval is narrow") {
  World world;
  world.experiment.most = 12;
  world.jobs.times["b"] = {10000, 10100};
  CHECK(world.run().arms[0].valid == 4);

  World noisy;
  noisy.experiment.most = 6;
  noisy.jobs.times["a"] = {20000, 30000, 25000, 15000, 28000};
  const Comparison comparison = noisy.run();
  CHECK(comparison.arms[0].valid == 6);
  CHECK(comparison.stop_reason == "repetitions");
}

TEST_CASE("bench runner: load by others is measured during the runs and warned of") {
  struct BusyMachine : CpuMeter {
    explicit BusyMachine(ManualClock& manual) : clock(manual) {}
    std::optional<CpuTime> read() override {
      const double seconds = static_cast<double>(clock.ms()) / 1000;
      return CpuTime{.busy = 1.9 * seconds, .own = 1.2 * seconds, .cores = 2};
    }
    ManualClock& clock;
  };
  World world;
  BusyMachine machine(world.clock);
  world.options.cpu = &machine;
  const Comparison comparison = world.run();
  REQUIRE(comparison.others);
  CHECK(*comparison.others == doctest::Approx(0.7));
  CHECK(has_warning(comparison, "W-LOAD"));
  CHECK(to_json(comparison)["machine"]["cores"] == 2);
  CHECK(comparison.arms[0].cores.value() == doctest::Approx(1.2));
  CHECK(comparison.versus[0].processor_bound.value() == doctest::Approx(1.3 / 1.2));
  CHECK(bench_text(comparison).find("slow keeps 1.2 of 2 cores busy") != std::string::npos);
}

TEST_CASE("bench load: the processor time of a process and all that it started is its own") {
  const std::filesystem::path proc =
      std::filesystem::temp_directory_path() / fmt::format("dbplan-proc-{}", ::getpid());
  const auto write = [&](const std::string& file, const std::string& text) {
    std::filesystem::create_directories((proc / file).parent_path());
    std::ofstream(proc / file) << text;
  };
  write("stat", "cpu  1000 0 500 9000 100 0 0 50 0 0\ncpu0 1 2 3\ncpu1 1 2 3\nintr 5\n");
  const auto process = [&](int pid, int parent, int user, int children) {
    write(fmt::format("{}/stat", pid),
          fmt::format("{} (a (b) c) S {} 1 1 0 -1 4 0 0 0 0 {} 0 {} 0 20 0\n", pid, parent, user,
                      children));
  };
  process(10, 1, 100, 50);
  process(11, 10, 200, 0);
  process(12, 11, 25, 0);
  process(20, 1, 999, 0);
  const auto time = proc_cpu_meter({10}, proc)->read();
  std::filesystem::remove_all(proc);
  REQUIRE(time);
  const double tick = 1.0 / static_cast<double>(::sysconf(_SC_CLK_TCK));
  CHECK(time->cores == 2);
  CHECK(time->busy == doctest::Approx(1550 * tick));
  CHECK(time->own == doctest::Approx(375 * tick));
  CHECK_FALSE(proc_cpu_meter({10}, "/nonexistent")->read());
}

}  // namespace dbplan::bench

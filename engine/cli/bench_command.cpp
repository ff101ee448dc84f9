#include <CLI/CLI.hpp>
#include <fstream>
#include <ostream>

#include "engine/base/clock.hpp"
#include "engine/base/digest.hpp"
#include "engine/bench/load.hpp"
#include "engine/bench/runner.hpp"
#include "engine/cli/prepare.hpp"
#include "engine/report/bench_text.hpp"

namespace dbplan {
namespace {

struct BenchFlags {
  SpecFlags spec;
  std::string key;
  std::string out;
  bool json = false;
};

/// Jobs of the deployment, run through the workspace's API.
class DeployedJobs final : public bench::JobRunner {
 public:
  DeployedJobs(Prepared& prepared, std::span<const Kind* const> kinds)
      : prepared_(prepared), provider_(*prepared.workspace.provider), kinds_(kinds) {}

  Result<Json> job(const std::string& job) override {
    const std::string id = TRY(id_of(job));
    auto found = TRY(provider_.read(*find_kind(kinds_, "jobs"), id));
    if (!found) return fail(Error::Code::NotFound, "job " + id + " (jobs." + job + ") is gone");
    return Json{{"job_id", TRY(parse_json(id))}, {"settings", std::move(found->body)}};
  }

  Result<Json> cluster(const std::string& cluster_id) override {
    auto found = TRY(provider_.read(*find_kind(kinds_, "clusters"), cluster_id));
    if (!found) return fail(Error::Code::NotFound, "cluster " + cluster_id + " is gone");
    return std::move(found->body);
  }

  Result<std::string> start(const std::string& job,
                            const std::map<std::string, std::string>& parameters,
                            const std::string& token) override {
    const std::string id = TRY(id_of(job));
    Json body = {{"job_id", TRY(parse_json(id))}, {"idempotency_token", token}};
    if (!parameters.empty()) body["job_parameters"] = parameters;
    const Json answer = TRY(provider_.request("POST", "/api/2.2/jobs/run-now", body, true));
    return std::to_string(int_at(answer, "run_id"));
  }

  Result<Json> run(const std::string& run_id) override {
    const std::string path = "/api/2.2/jobs/runs/get?run_id=" + run_id;
    Json whole = TRY(provider_.request("GET", path, nullptr, true));
    for (std::string token = text_at(whole, "next_page_token"); !token.empty();) {
      const Json page = TRY(provider_.request("GET", path + "&page_token=" + token, nullptr, true));
      for (const Json& task : at_or_null(page, "tasks")) whole["tasks"].push_back(task);
      token = text_at(page, "next_page_token");
    }
    return whole;
  }

  Result<std::string> output(const std::string& task_run_id) override {
    const Json answer = TRY(provider_.request(
        "GET", "/api/2.2/jobs/runs/get-output?run_id=" + task_run_id, nullptr, true));
    return text_at(at_or_null(answer, "notebook_output"), "result");
  }

  Result<> cancel(const std::string& run_id) override {
    const Json id = TRY(parse_json(run_id));
    TRY(provider_.request("POST", "/api/2.2/jobs/runs/cancel", {{"run_id", id}}, true));
    return {};
  }

 private:
  Result<std::string> id_of(const std::string& job) const {
    const LiveResource* live = prepared_.live.find({"jobs", job});
    if (!live)
      return fail(Error::Code::NotFound,
                  "jobs." + job + " is not deployed; run dbplan apply first");
    return live->id;
  }

  Prepared& prepared_;
  Provider& provider_;
  std::span<const Kind* const> kinds_;
};

Result<> save(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::trunc);
  file << text;
  file.close();
  if (!file) return fail(Error::Code::Invalid, "cannot write " + path);
  return {};
}

Result<bench::Experiment> find_experiment(const Desired& desired, const std::string& key) {
  if (const Resource* benchmark = desired.find({"benchmarks", key}))
    return bench::parse_experiment(key, benchmark->body);
  std::string known;
  for (const Resource& resource : desired.resources)
    if (resource.address.kind == "benchmarks")
      known += (known.empty() ? "" : ", ") + resource.address.key;
  return fail(Error::Code::NotFound,
              "the spec has no benchmark " + key +
                  (known.empty() ? "; it declares none" : "; it declares: " + known));
}

/// What is measured must be what the spec says.
Result<> check_deployed(const Prepared& prepared) {
  for (const Change& change : prepared.plan.changes)
    if (change.action != Action::Keep)
      return fail(Error::Code::Conflict, change.address.text() + " is not as the spec says (" +
                                             std::string(action_name(change.action)) +
                                             "); run dbplan apply first");
  return {};
}

/// Foreign load can be told only where the runs share this machine.
std::unique_ptr<bench::CpuMeter> meter_for(Session& session, const Prepared& prepared) {
  const auto local = session.local->running(session.local->default_dir());
  if (!local || local->url != prepared.workspace.provider->host()) return nullptr;
  return bench::proc_cpu_meter({local->pid});
}

Result<> bench_run(Session& session, const BenchFlags& flags) {
  Prepared prepared = TRY(prepare(session, flags.spec));
  const bench::Experiment experiment = TRY(find_experiment(prepared.desired, flags.key));
  TRY_VOID(check_deployed(prepared));
  DeployedJobs jobs(prepared, session.kinds);
  const auto cpu = meter_for(session, prepared);
  const bench::RunnerOptions options{.session = "dbplan-" + random_hex(8),
                                     .workspace = prepared.workspace.provider->host(),
                                     .progress =
                                         [&](const bench::Progress& progress) {
                                           const std::string text = bench_progress_text(progress);
                                           if (!text.empty()) *session.err << text << std::flush;
                                         },
                                     .interrupted = [&] { return session.interrupted->load(); },
                                     .cpu = cpu.get()};
  const bench::Comparison comparison =
      TRY(bench::run_experiment(experiment, jobs, system_clock(), options));
  const std::string text = bench_text(comparison), json = pretty(bench::to_json(comparison)) + "\n";
  *session.out << (flags.json ? json : text);
  if (!flags.out.empty()) {
    TRY_VOID(save(flags.out + ".json", json));
    TRY_VOID(save(flags.out + ".txt", text));
    *session.err << "Report: " << flags.out << ".txt and " << flags.out << ".json\n";
  }
  print_receipt(session, *prepared.workspace.provider);
  session.exit_code = session.interrupted->load() ? 130 : comparison.exit_code;
  return {};
}

}  // namespace

void add_bench_command(CLI::App& app, Session& session) {
  CLI::App* bench = app.add_subcommand("bench", "Run the declared benchmarks");
  bench->require_subcommand(1);
  auto flags = std::make_shared<BenchFlags>();
  CLI::App* command = bench->add_subcommand(
      "run", "Run one benchmark: its jobs in turn, several times, and compare");
  command->add_option("key", flags->key, "resources.benchmarks.<key>")->required();
  add_spec_flags(*command, flags->spec);
  command->add_flag("--json", flags->json, "print the result as JSON");
  command->add_option("--out", flags->out, "also write FILE.json and FILE.txt");
  command->callback([&session, flags] {
    if (auto done = bench_run(session, *flags); !done) report_error(session, done.error());
  });
}

}  // namespace dbplan

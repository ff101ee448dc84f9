#include <CLI/CLI.hpp>
#include <fstream>
#include <ostream>

#include "engine/base/digest.hpp"
#include "engine/bench/load.hpp"
#include "engine/bench/runner.hpp"
#include "engine/cli/deployed_jobs.hpp"
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
  DeployedJobs jobs(*prepared.workspace.provider, prepared.live, session.kinds);
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
  session.finish();  // a Ctrl-C cancels the run under way and waits for its end
  const bench::Comparison comparison =
      TRY(bench::run_experiment(experiment, jobs, *session.clock, options));
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

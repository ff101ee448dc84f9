#include <CLI/CLI.hpp>
#include <ostream>
#include <set>

#include "engine/base/digest.hpp"
#include "engine/base/text.hpp"
#include "engine/bench/sample.hpp"
#include "engine/bench/watch.hpp"
#include "engine/cli/deployed_jobs.hpp"
#include "engine/cli/prepare.hpp"
#include "engine/model/task_selection.hpp"
#include "engine/report/run_text.hpp"

namespace dbplan {
namespace {

constexpr int kRunFailed = 2;
/// How long a second Ctrl-C is waited for.
constexpr std::chrono::milliseconds kSecondThought{3000}, kNap{100};

struct RunFlags {
  SpecFlags spec;
  std::string job, cancel;
  std::vector<std::string> only, parameters;
  bool no_wait = false, json = false, cancel_on_interrupt = false;
};

/// "nightly" and "jobs.nightly" are the same job of the spec.
Result<std::string> find_job(const Desired& desired, const std::string& given) {
  std::string key = given.starts_with("jobs.") ? given.substr(5) : given;
  if (desired.find({"jobs", key})) return key;
  std::vector<std::string> known;
  for (const Resource& resource : desired.resources)
    if (resource.address.kind == "jobs") known.push_back(resource.address.key);
  std::string message = "the spec has no job \"" + key + "\"";
  if (const std::string near = nearest(key, known); !near.empty())
    message += "; did you mean \"" + near + "\"?";
  else if (!known.empty() && known.size() <= 10)
    for (std::size_t i = 0; i < known.size(); ++i) message += (i ? ", " : "; it has: ") + known[i];
  return fail(Error::Code::NotFound, message);
}

/// The parameters for run-now: the job's own where it declares some, else those of its notebooks.
Result<Json> parameters_of(const Json& settings, const std::vector<std::string>& given) {
  std::vector<std::string> declared;
  for (const Json& parameter : at_or_null(settings, "parameters"))
    declared.push_back(text_at(parameter, "name"));
  Json values = Json::object();
  for (const std::string& text : given) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
      return fail(Error::Code::Invalid, "--param wants name=value, not \"" + text + "\"");
    const std::string name = text.substr(0, equals);
    if (!declared.empty() && std::ranges::find(declared, name) == declared.end()) {
      const std::string near = nearest(name, declared);
      return fail(Error::Code::Invalid,
                  "the job declares no parameter \"" + name + "\"" +
                      (near.empty() ? "" : "; did you mean \"" + near + "\"?"));
    }
    values[name] = text.substr(equals + 1);
  }
  Json request = Json::object();
  if (!values.empty()) request[declared.empty() ? "notebook_params" : "job_parameters"] = values;
  return request;
}

/// Shows the tasks of a run as they end, and answers Ctrl-C.
class Watch {
 public:
  Watch(Session& session, DeployedJobs& jobs, const RunFlags& flags, std::string run_id)
      : session_(session), jobs_(jobs), flags_(flags), run_id_(std::move(run_id)) {}

  Result<Json> until_end() {
    const auto look = [this](const Json& run, std::chrono::milliseconds elapsed) -> Result<> {
      show(run);
      if (session_.interrupted->load()) TRY_VOID(answer_interrupt(run));
      if (live_line())
        *session_.err << "\r\x1b[K" << run_progress_text(run, elapsed.count()) << std::flush;
      return {};
    };
    auto run = bench::watch_run(jobs_, *session_.clock, run_id_,
                                {look, [this] { return session_.interrupted->load(); }});
    if (run) show(*run);
    clear_line();
    return run;
  }

 private:
  bool live_line() const { return session_.out_is_terminal && !flags_.json; }
  void clear_line() {
    if (live_line()) *session_.err << "\r\x1b[K" << std::flush;
  }

  /// One line for each task that has ended since the last reading.
  void show(const Json& run) {
    std::size_t width = 0;
    for (const Json& task : at_or_null(run, "tasks"))
      width = std::max(width, display_width(visible(text_at(task, "task_key"))));
    for (const Json& task : at_or_null(run, "tasks")) {
      if (!bench::is_terminal(task) || !shown_.insert(int_at(task, "run_id")).second) continue;
      clear_line();
      std::ostream& where = flags_.json ? *session_.err : *session_.out;
      where << run_task_text(task, width, style_of(session_)) << "\n" << std::flush;
    }
  }

  /// The run belongs to the workspace: it goes on unless it is said twice, or by the flag.
  Result<> answer_interrupt(const Json& run) {
    clear_line();
    bool cancel = flags_.cancel_on_interrupt;
    if (!cancel && session_.in_is_terminal) {
      session_.interrupted->store(false);
      *session_.err << "The run goes on; press Ctrl-C again now to cancel it." << "\n"
                    << std::flush;
      for (auto left = kSecondThought; left.count() > 0 && !session_.interrupted->load();
           left -= kNap)
        session_.clock->sleep(kNap);
      cancel = session_.interrupted->exchange(true);
    }
    if (cancel) {
      TRY_VOID(jobs_.cancel(run_id_));
      return fail(Error::Code::Interrupted, "interrupted; run " + run_id_ + " is being cancelled");
    }
    return fail(Error::Code::Interrupted, "interrupted; run " + run_id_ +
                                              " goes on: " + visible(text_at(run, "run_page_url")) +
                                              "\nCancel it with: dbplan run --cancel " + run_id_);
  }

  Session& session_;
  DeployedJobs& jobs_;
  const RunFlags& flags_;
  std::string run_id_;
  std::set<std::int64_t> shown_;
};

/// What the tasks gave. An output that cannot be read is said and left out: the run has ended.
std::vector<TaskOutput> read_outputs(Session& session, DeployedJobs& jobs, const Json& run) {
  std::vector<TaskOutput> outputs;
  for (const Json& task : bench::executed_tasks(run)) {
    const std::string key = text_at(task, "task_key");
    auto answer = jobs.whole_output(std::to_string(int_at(task, "run_id")));
    if (answer)
      outputs.push_back({key, std::move(*answer)});
    else
      *session.err << "warning: no output of " << visible(key) << ": " << answer.error().message
                   << "\n";
  }
  return outputs;
}

/// What runs is what is deployed; the spec may be ahead of it.
void warn_of_difference(Session& session, const Prepared& prepared, const std::string& job) {
  for (const Change& change : prepared.plan.changes)
    if (change.address == Address{"jobs", job} && change.action != Action::Keep)
      *session.err << "warning: jobs." << job << " is not deployed as the spec says ("
                   << action_name(change.action)
                   << "); what is deployed runs. dbplan apply brings it up to date\n";
}

Result<Json> request_of(const Json& settings, const RunFlags& flags) {
  Json request = TRY(parameters_of(settings, flags.parameters));
  if (!flags.only.empty())
    request["only"] = TRY(select_tasks(at_or_null(settings, "tasks"), flags.only));
  return request;
}

Result<> run_job(Session& session, const RunFlags& flags) {
  const Prepared prepared = TRY(prepare(session, flags.spec));
  const std::string job = TRY(find_job(prepared.desired, flags.job));
  DeployedJobs jobs(*prepared.workspace.provider, prepared.live, session.kinds);
  const Json deployed = TRY(jobs.job(job));
  const Json request = TRY(request_of(deployed["settings"], flags));
  warn_of_difference(session, prepared, job);
  const std::string run_id = TRY(jobs.run_now(job, request, "dbplan-run-" + random_hex(16)));
  session.finish();  // it has started: from here on Ctrl-C asks what becomes of it
  Json run = TRY(jobs.run(run_id));
  const std::string url = visible(text_at(run, "run_page_url"));
  *session.err << "Run " << run_id << " of jobs." << job << ": " << url << "\n" << std::flush;
  std::vector<TaskOutput> outputs;
  if (!flags.no_wait) {
    auto ended = Watch(session, jobs, flags, run_id).until_end();
    if (!ended && ended.error().code != Error::Code::Interrupted)
      return fail(std::move(ended.error()).in("run " + run_id + " goes on, but cannot be watched"));
    if (!ended) return fail(std::move(ended.error()));  // TRY here is a false warning of GCC 12
    run = std::move(*ended);
    outputs = read_outputs(session, jobs, run);
    session.exit_code = bench::succeeded(run) ? 0 : kRunFailed;
  }
  if (flags.json)
    *session.out << pretty(run_json("jobs." + job, run, outputs)) << "\n";
  else if (flags.no_wait)
    *session.out << run_id << "\n";
  else
    *session.out << run_result_text(run, outputs, style_of(session));
  print_receipt(session, *prepared.workspace.provider);
  return {};
}

Result<> cancel_command(Session& session, const RunFlags& flags) {
  const LoadedSpec loaded = TRY(load(session, flags.spec));
  const Opened workspace =
      TRY(open_workspace(session, spec_workspace(*loaded.spec), flags.spec.profile));
  TRY_VOID(cancel_run(*workspace.provider, flags.cancel));
  *session.err << "Run " << flags.cancel << " is being cancelled.\n";
  return {};
}

}  // namespace

void add_run_command(CLI::App& app, Session& session) {
  auto flags = std::make_shared<RunFlags>();
  CLI::App* command = app.add_subcommand(
      "run", "Run a deployed job, watch its tasks, print what they return; exit 2 if it fails");
  command->add_option("job", flags->job, "key or address in the spec, e.g. nightly");
  add_spec_flags(*command, flags->spec);
  command
      ->add_option("--only", flags->only,
                   "run these tasks alone: a, +a with all it needs, a+ with all that needs it")
      ->delimiter(',');
  command->add_option("--param", flags->parameters,
                      "name=value of a job parameter; of the notebooks where the job has none");
  command->add_flag("--no-wait", flags->no_wait, "start it, print the run's id, and leave");
  command->add_flag("--cancel-on-interrupt", flags->cancel_on_interrupt,
                    "Ctrl-C cancels the run instead of leaving it");
  command->add_option("--cancel", flags->cancel, "cancel the run of this id instead");
  command->add_flag("--json", flags->json, "print the run, its tasks and outputs as JSON");
  command->footer(
      "Examples:\n  dbplan run nightly\n  dbplan run nightly specs/ --only +report --param "
      "day=2026-03-01");
  command->callback([&session, flags] {
    if (flags->job.empty() == flags->cancel.empty())
      return report_error(session, Error{Error::Code::Invalid,
                                         "name one job of the spec, e.g. dbplan run nightly"});
    auto done = flags->cancel.empty() ? run_job(session, *flags) : cancel_command(session, *flags);
    if (!done) report_error(session, done.error());
  });
}

}  // namespace dbplan

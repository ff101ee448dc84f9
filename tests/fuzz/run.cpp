#include "engine/bench/sample.hpp"
#include "engine/report/run_text.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/fuzz/targets.hpp"

namespace dbplan::fuzz {

/// The first line is the answer of runs/get, the rest that of runs/get-output.
void fuzz_run(std::string_view input) {
  const Json run = parse_json(take_line(input)).value_or(Json());
  const Json output = parse_json(input).value_or(Json());
  bench::Experiment experiment{.name = "x"};
  experiment.timeline = bench::JsonPath::parse("$.notebooks[*]").value();
  experiment.equivalence.emplace_back("$.tables", bench::JsonPath::parse("$.tables").value());
  const bench::Arm arm{.name = "a", .job = "a", .parameters = {{"day", "1"}}};
  for (const bool timed_out : {false, true}) {
    bench::Sample sample = bench::read_sample(run, experiment, arm, timed_out);
    if (sample.outcome == bench::Outcome::Valid)
      demand(sample.timing.exec_span > 0, "what counts took time");
    bench::read_exit_value(text_at(at_or_null(output, "notebook_output"), "result"), experiment,
                           sample);
  }
  (void)bench::ending(run);
  std::vector<TaskOutput> outputs;
  for (const Json& task : bench::executed_tasks(run)) {
    const std::string line = run_task_text(task, 10, {});
    demand(line.find('\x1b') == std::string::npos, "no escape reaches the terminal");
    outputs.push_back({text_at(task, "task_key"), output});
  }
  demand(run_progress_text(run, 1000).find('\x1b') == std::string::npos, "nor this one");
  demand(run_result_text(run, outputs, {}).find('\x1b') == std::string::npos, "nor this one");
  demand(parse_json(canonical(run_json("jobs.a", run, outputs))).has_value(), "a run is JSON");
}

}  // namespace dbplan::fuzz

#include "engine/spec/task_graph.hpp"

#include <map>
#include <span>
#include <string>
#include <vector>

#include "engine/spec/interpolate.hpp"

namespace dbplan {
namespace {

const Node* find_text(const Node& map, std::string_view key) {
  const Node* value = find_value(map, key);
  return value != nullptr && value->is_scalar() && !holds_placeholder(value->text) ? value
                                                                                   : nullptr;
}

/// The values of `key` in the maps of a list.
std::vector<std::string> keys_of(const Node& job, std::string_view list, std::string_view key) {
  std::vector<std::string> keys;
  const Node* items = find_value(job, list);
  if (items == nullptr) return keys;
  for (const Node* item : items->items)
    if (const Node* value = find_text(*item, key)) keys.emplace_back(value->text);
  return keys;
}

bool contains(const std::vector<std::string>& words, std::string_view word) {
  for (const std::string& candidate : words)
    if (candidate == word) return true;
  return false;
}

class TaskGraph {
 public:
  TaskGraph(const Node& job, Reporter& report)
      : report_(report),
        task_keys_(keys_of(job, "tasks", "task_key")),
        cluster_keys_(keys_of(job, "job_clusters", "job_cluster_key")),
        environment_keys_(keys_of(job, "environments", "environment_key")) {
    const Node* tasks = find_value(job, "tasks");
    for (const Node* task : tasks == nullptr ? std::span<const Node* const>{} : tasks->items)
      if (const Node* key = find_text(*task, "task_key");
          key != nullptr && find_member(*task, "condition_task") != nullptr)
        conditions_.emplace_back(key->text);
  }

  void check(const Node& tasks) {
    for (const Node* task : tasks.items) {
      if (!task->is_map()) continue;
      check_task(*task);
      const Node* key = find_text(*task, "task_key");
      if (key != nullptr) check_dependencies(*task, *key);
    }
    for (const auto& [key, edges] : edges_)
      if (state_[key] == State::New) visit(key);
  }

 private:
  enum class State { New, Open, Closed };
  struct Dependency {
    std::string_view on;
    Place place;
  };

  void check_task(const Node& task) {
    check_names(task, "job_cluster_key", cluster_keys_, "job_clusters", "Unknown job cluster");
    check_names(task, "environment_key", environment_keys_, "environments", "Unknown environment");
    check_type(task);
    check_compute(task);
    check_query(task);
    const Node* loop = find_value(task, "for_each_task");
    const Node* inner = loop == nullptr ? nullptr : find_value(*loop, "task");
    if (inner == nullptr || !inner->is_map()) return;
    if (const Member* nested = find_member(*inner, "for_each_task"))
      report_.error(nested->place, "Loop inside a loop",
                    "The task of a for_each_task cannot be one itself. Let it run another job.");
    else
      check_task(*inner);
  }

  void check_query(const Node& task) {
    const Member* sql = find_member(task, "sql_task");
    if (sql == nullptr || !sql->value->is_map()) return;
    const Member* first = nullptr;
    for (const std::string_view field : {"query", "dashboard", "alert", "file"}) {
      const Member* member = find_member(*sql->value, field);
      if (member == nullptr) continue;
      if (first != nullptr)
        report_.error(member->place, "Conflicting fields",
                      "A sql_task does one thing, and this one has " + in_quotes(first->key) +
                          " and " + in_quotes(member->key) + ". Make two tasks of it.");
      first = member;
    }
    if (first == nullptr)
      report_.error(sql->place, "Missing field",
                    "The sql_task says nothing to run. Add one of query, dashboard, alert and "
                    "file.");
  }

  void check_names(const Node& task, std::string_view field, const std::vector<std::string>& known,
                   std::string_view list, std::string_view summary) {
    const Node* name = find_text(task, field);
    if (name == nullptr || contains(known, name->text)) return;
    report_.error(name->place, summary,
                  "No item of this job's " + in_quotes(list) + " has the " + std::string(field) +
                      " " + in_quotes(name->text) + "." + suggestion(name->text, known));
  }

  void check_type(const Node& task) {
    const Member* first = nullptr;
    for (const Member& member : task.members) {
      if (!member.key.ends_with("_task")) continue;
      if (first != nullptr)
        report_.error(member.place, "Conflicting fields",
                      "A task does one thing, and this one has " + in_quotes(first->key) + " and " +
                          in_quotes(member.key) + ". Make two tasks of it.");
      else
        first = &member;
    }
    // A misspelt one was reported as an unknown field, and is no second mistake.
    for (const Member& member : task.members)
      if (member.key.find("task") != std::string_view::npos && member.key != "task_key") return;
    if (first == nullptr && find_value(task, "task_key") != nullptr)
      report_.error(task.place, "Missing field",
                    "The task says nothing to run. Add one of notebook_task, spark_python_task, "
                    "sql_task, run_job_task, condition_task, for_each_task and so on.");
  }

  void check_compute(const Node& task) {
    const Member* first = nullptr;
    for (const std::string_view field : {"existing_cluster_id", "job_cluster_key", "new_cluster"}) {
      const Member* member = find_member(task, field);
      if (member == nullptr) continue;
      if (first != nullptr)
        report_.error(member->place, "Conflicting fields",
                      "A task runs on one cluster: remove " + in_quotes(first->key) + " or " +
                          in_quotes(member->key) + ".");
      first = member;
    }
  }

  void check_dependencies(const Node& task, const Node& key) {
    const Node* dependencies = find_value(task, "depends_on");
    if (dependencies == nullptr) return;
    for (const Node* item : dependencies->items) {
      const Node* on = item->is_map() ? find_text(*item, "task_key") : nullptr;
      if (on == nullptr) continue;
      if (!contains(task_keys_, on->text))
        report_.error(on->place, "Unknown task",
                      "No task of this job has the task_key " + in_quotes(on->text) + "." +
                          suggestion(on->text, task_keys_));
      else
        edges_[key.text].push_back({on->text, on->place});
      if (const Node* outcome = find_text(*item, "outcome")) check_outcome(*on, *outcome);
    }
  }

  // Only a condition has an outcome.
  void check_outcome(const Node& on, const Node& outcome) {
    if (!contains(task_keys_, on.text)) return;
    if (!contains(conditions_, on.text))
      report_.error(outcome.place, "Task without an outcome",
                    in_quotes(on.text) +
                        " is no condition_task, and only those have an outcome. Remove it; "
                        "\"run_if\" tells how to go on after other tasks.");
    else if (outcome.text != "true" && outcome.text != "false")
      report_.error(outcome.place, "Unknown value",
                    "The outcome of a condition is \"true\" or \"false\", and " +
                        in_quotes(outcome.text) + " is neither.");
  }

  // Depth first; a task that is met again while its own dependencies are walked closes a cycle.
  void visit(std::string_view key) {
    state_[key] = State::Open;
    trail_.push_back(key);
    const auto edges = edges_.find(key);
    if (edges != edges_.end()) {
      for (const Dependency& dependency : edges->second) {
        const State state = state_[dependency.on];
        if (state == State::Open) report_cycle(dependency);
        if (state == State::New) visit(dependency.on);
      }
    }
    trail_.pop_back();
    state_[key] = State::Closed;
  }

  void report_cycle(const Dependency& dependency) {
    std::string path;
    bool inside = false;
    for (const std::string_view key : trail_) {
      inside = inside || key == dependency.on;
      if (inside) path += std::string(key) + " -> ";
    }
    report_.error(dependency.place, "Cycle of tasks",
                  "These tasks wait for each other: " + path + std::string(dependency.on) +
                      ". Remove one of the dependencies.");
  }

  Reporter& report_;
  std::vector<std::string> task_keys_, cluster_keys_, environment_keys_, conditions_;
  std::map<std::string_view, std::vector<Dependency>> edges_;
  std::map<std::string_view, State> state_;
  std::vector<std::string_view> trail_;
};

// Source: the Jobs API takes exactly one of the three.
void check_git_source(const Node& job, Reporter& report) {
  const Member* git = find_member(job, "git_source");
  if (git == nullptr || !git->value->is_map()) return;
  const Member* first = nullptr;
  for (const std::string_view field : {"git_branch", "git_tag", "git_commit"}) {
    const Member* member = find_member(*git->value, field);
    if (member == nullptr) continue;
    if (first != nullptr)
      report.error(member->place, "Conflicting fields",
                   "A git_source is at one place, and this one has " + in_quotes(first->key) +
                       " and " + in_quotes(member->key) + ". Remove one.");
    first = member;
  }
  if (first == nullptr)
    report.error(git->place, "Missing field",
                 "The git_source says no place. Add one of git_branch, git_tag and git_commit.");
}

}  // namespace

void check_task_graph(const Node& job, Reporter& report) {
  check_git_source(job, report);
  const Node* tasks = find_value(job, "tasks");
  if (tasks != nullptr && tasks->is_list()) TaskGraph(job, report).check(*tasks);
}

}  // namespace dbplan

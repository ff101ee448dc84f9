#include "engine/model/task_selection.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "engine/base/diagnostic.hpp"

namespace dbplan {
namespace {

using Edges = std::map<std::string, std::vector<std::string>>;

/// All that can be reached from `key`, itself included.
void reach(const Edges& edges, const std::string& key, std::set<std::string>& reached) {
  if (!reached.insert(key).second) return;
  if (const auto found = edges.find(key); found != edges.end())
    for (const std::string& next : found->second) reach(edges, next, reached);
}

std::unexpected<Error> unknown_task(const std::string& key, const std::vector<std::string>& keys) {
  std::string message = "the job has no task \"" + key + "\"";
  if (const std::string near = nearest(key, keys); !near.empty()) {
    message += "; did you mean \"" + near + "\"?";
  } else {
    message += "; it has:";
    for (const std::string& known : keys) message += " " + known;
  }
  return fail(Error::Code::NotFound, message);
}

}  // namespace

Result<std::vector<std::string>> select_tasks(const Json& tasks,
                                              const std::vector<std::string>& only) {
  std::vector<std::string> keys;
  Edges needs, needed_by;
  for (const Json& task : tasks) {
    const std::string& key = keys.emplace_back(text_at(task, "task_key"));
    for (const Json& dependency : at_or_null(task, "depends_on")) {
      needs[key].push_back(text_at(dependency, "task_key"));
      needed_by[text_at(dependency, "task_key")].push_back(key);
    }
  }
  std::set<std::string> chosen;
  for (std::string key : only) {
    const bool with_needed = key.starts_with('+');
    if (with_needed) key.erase(0, 1);
    const bool with_needing = key.ends_with('+');
    if (with_needing) key.pop_back();
    if (std::ranges::find(keys, key) == keys.end()) return unknown_task(key, keys);
    chosen.insert(key);
    // Each way starts anew: what "+b" passed on the way up must not stop the way down.
    for (const auto& [wanted, edges] :
         {std::pair{with_needed, &needs}, std::pair{with_needing, &needed_by}})
      if (std::set<std::string> reached; wanted) {
        reach(*edges, key, reached);
        chosen.merge(reached);
      }
  }
  std::erase_if(keys, [&](const std::string& key) { return !chosen.contains(key); });
  return keys;
}

}  // namespace dbplan

#include "engine/report/workspace_text.hpp"

#include <algorithm>
#include <vector>

#include "engine/base/clock.hpp"
#include "engine/base/text.hpp"

namespace dbplan {
namespace {

using Row = std::vector<std::string>;

std::string time_text(std::int64_t milliseconds) {
  return milliseconds == 0
             ? "-"
             : rfc3339(std::chrono::sys_seconds(std::chrono::seconds(milliseconds / 1000)));
}

/// "3 clusters" and the rows below it, each column as wide as its widest word.
std::string table(std::string_view noun, const std::vector<Row>& rows) {
  std::string text =
      std::to_string(rows.size()) + " " + std::string(noun) + (rows.size() == 1 ? "" : "s") + "\n";
  std::vector<std::size_t> widths;
  for (const Row& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  for (const Row& row : rows) {
    std::string line = " ";
    for (std::size_t i = 0; i < row.size(); ++i)
      line += " " + row[i] + std::string(widths[i] - row[i].size() + 1, ' ');
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

std::string number(const Json& entry, std::string_view key) {
  return std::to_string(int_at(entry, key));
}

}  // namespace

std::string activity_text(const Json& activity) {
  const Json& summary = at_or_null(activity, "summary");
  std::vector<Row> clusters, runs, due;
  for (const Json& entry : at_or_null(activity, "clusters"))
    clusters.push_back({text_at(entry, "cluster_id"), text_at(entry, "state"),
                        visible(text_at(entry, "cluster_name")),
                        visible(text_at(entry, "state_message"))});
  for (const Json& entry : at_or_null(summary, "active_runs"))
    runs.push_back({number(entry, "run_id"), text_at(entry, "state"),
                    "since " + time_text(int_at(entry, "start_time")),
                    visible(text_at(entry, "run_name"))});
  for (const Json& entry : at_or_null(summary, "schedules"))
    due.push_back({number(entry, "job_id"), "next " + time_text(int_at(entry, "at")),
                   visible(text_at(entry, "name"))});
  std::string text = std::to_string(int_at(summary, "jobs")) + " jobs\n" +
                     table("cluster", clusters) + table("active run", runs) +
                     table("active schedule", due);
  if (const std::string trouble = text_at(summary, "trouble"); !trouble.empty())
    text += "notebooks cannot run: " + trouble + "\n";
  return text;
}

}  // namespace dbplan

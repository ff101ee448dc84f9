#include "engine/spec/text_rules.hpp"

#include <algorithm>

#include "engine/base/quartz.hpp"
#include "engine/spec/interpolate.hpp"

namespace dbplan {
namespace {

// "the seconds field holds 99": errors are lower case without a period; details are sentences.
std::string sentence(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 32);
  if (!text.ends_with('.')) text += '.';
  return text;
}

// The fields that bundles translate from local paths.
constexpr std::string_view kFileFields[] = {"egg", "jar", "python_file", "requirements", "whl"};

}  // namespace

void check_text(std::string_view field, const Node& node, Reporter& report) {
  if (field == "quartz_cron_expression") {
    if (holds_placeholder(node.text)) return;
    if (const auto parsed = Quartz::parse(node.text); !parsed)
      report.error(node.place, "Invalid cron expression", sentence(parsed.error().message));
  } else if (field == "timezone_id") {
    if (holds_placeholder(node.text) || is_time_zone(node.text)) return;
    report.error(node.place, "Unknown time zone",
                 in_quotes(node.text) +
                     " is no time zone. Use a name such as \"UTC\" or \"Europe/Berlin\".");
  }
}

bool names_file(std::span<const std::string_view> path, std::string_view text) {
  if (path.empty() || text.empty()) return false;
  const std::string_view field = path.back();
  const std::string_view above = path.size() < 2 ? std::string_view{} : path[path.size() - 2];
  const bool is_sql_file = field == "path" && above == "file";
  const bool is_file = std::ranges::find(kFileFields, field) != std::end(kFileFields) ||
                       field == "project_directory" || above == "dependencies" || is_sql_file;
  if (!is_file) return false;
  if (text.starts_with("-r ")) text.remove_prefix(3);
  if (text.starts_with("./") || text.starts_with("../") || text.starts_with('/')) return true;
  // A relative path without "./" is local for these two alone; elsewhere it may be a name.
  return (field == "python_file" || is_sql_file) && text.find("://") == std::string_view::npos &&
         text.find("${") == std::string_view::npos && !text.starts_with("dbfs:");
}

}  // namespace dbplan

#include "providers/local/server/jobs_api.hpp"

#include <algorithm>

#include "providers/local/server/job_settings.hpp"
#include "providers/local/server/refusal.hpp"

namespace dbplan::local {
namespace {

constexpr std::int64_t kMaxPage = 100;
constexpr std::int64_t kDefaultPage = 20;
constexpr std::size_t kArrayPage = 100;  // elements of tasks and the like in one answer
constexpr const char* kPagedArrays[] = {"tasks", "job_clusters", "environments", "parameters"};

/// "2.2" of "/api/2.2/jobs/create".
std::string_view version_of(const Call& call) { return std::string_view(call.path).substr(5, 3); }

Json head(const Job& job) {
  return {{"job_id", job.id},
          {"creator_user_name", job.creator},
          {"run_as_user_name", job.run_as()},
          {"created_time", job.created_time}};
}

/// Elements first..first+100 of each paged array; true if any has more.
bool cut_arrays(Json& settings, std::size_t first) {
  bool more = false;
  for (const char* key : kPagedArrays) {
    if (!at_or_null(settings, key).is_array()) continue;
    Json& list = settings[key];
    if (first == 0 && list.size() <= kArrayPage) continue;
    more = more || list.size() > first + kArrayPage;
    Json page = Json::array();
    for (std::size_t i = first; i < std::min(list.size(), first + kArrayPage); ++i)
      page.push_back(std::move(list[i]));
    list = std::move(page);
  }
  return more;
}

bool has_long_array(const Json& settings) {
  return std::ranges::any_of(
      kPagedArrays, [&](const char* key) { return at_or_null(settings, key).size() > kArrayPage; });
}

const std::string& expanded(const Job& job) {
  if (!job.expanded.empty()) return job.expanded;
  Json entry = head(job);
  if (!has_long_array(job.settings)) {
    // "settings" is the last of the sorted keys: put behind the others, it need not be copied.
    entry["has_more"] = false;
    job.expanded = canonical(entry);
    job.expanded.back() = ',';
    return job.expanded += "\"settings\":" + canonical(job.settings) + "}";
  }
  entry["settings"] = job.settings;
  entry["has_more"] = cut_arrays(entry["settings"], 0);
  return job.expanded = canonical(entry);
}

const std::string& brief(const Job& job) {
  if (!job.brief.empty()) return job.brief;
  Json entry = head(job);
  entry["settings"] = job.settings;
  for (const char* key : {"tasks", "job_clusters", "environments", "parameters"})
    entry["settings"].erase(key);
  return job.brief = canonical(entry);
}

bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

/// The jobs of one page, and one more if there are more.
std::vector<const Job*> wanted(const Jobs& jobs, const Call& call, std::size_t limit) {
  const std::string name = call.query_text("name");
  std::int64_t skip = std::max<std::int64_t>(call.query_int("offset"), 0);
  std::vector<const Job*> found;
  // The token is the id of the last one shown: a create or delete meanwhile shifts nothing.
  jobs.newest(call.query_int("page_token"), [&](const Job& job) {
    if (!name.empty() && !same_name(text_at(job.settings, "name"), name)) return true;
    if (skip-- > 0) return true;
    found.push_back(&job);
    return found.size() <= limit;
  });
  return found;
}

Result<Answer> list(Jobs& jobs, Call& call) {
  const std::int64_t limit = call.query_int("limit", kDefaultPage);
  if (limit < 1 || limit > kMaxPage) return invalid("limit must be between 1 and 100");
  const bool expand = call.query_flag("expand_tasks");
  std::vector<const Job*> found = wanted(jobs, call, static_cast<std::size_t>(limit));
  const bool more = std::ssize(found) > limit;
  if (more) found.pop_back();
  // Texts that are kept with each job are put together: nothing is parsed or printed again.
  std::size_t size = 64;
  for (const Job* job : found) size += (expand ? expanded(*job) : brief(*job)).size() + 1;
  std::string body = "{";
  body.reserve(size);
  for (const Job* job : found) {
    body += job == found.front() ? "\"jobs\":[" : ",";
    body += expand ? expanded(*job) : brief(*job);
  }
  if (!found.empty()) body += "],";
  body +=
      more ? "\"has_more\":true,\"next_page_token\":\"" + std::to_string(found.back()->id) + "\"}"
           : "\"has_more\":false}";
  return Answer{.body = std::move(body)};
}

Result<Answer> get(Jobs& jobs, Call& call) {
  const Job* job = TRY(named_job(jobs, call.query_int("job_id")));
  const auto first =
      static_cast<std::size_t>(std::max<std::int64_t>(call.query_int("page_token"), 0));
  const std::size_t tasks = at_or_null(job->settings, "tasks").size();
  if (version_of(call) != "2.2" && tasks > kArrayPage)
    return invalid(
        "Resources with more than 100 tasks can only be handled by API 2.2 and above. "
        "Your resource has " +
        std::to_string(tasks) + " tasks");
  Json result = head(*job);
  result["settings"] = job->settings;
  if (cut_arrays(result["settings"], first)) {
    result["has_more"] = true;
    result["next_page_token"] = std::to_string(first + kArrayPage);
  }
  return answer(result);
}

Result<Answer> create(Jobs& jobs, Permissions& permissions, Call& call) {
  TRY_VOID(check_job_settings(call.json, jobs.names()));
  Json list = at_or_null(call.json, "access_control_list");
  if (list.is_array()) {
    TRY_VOID(permissions.check("jobs", list));
    const bool owned = std::ranges::any_of(
        list, [](const Json& entry) { return text_at(entry, "permission_level") == "IS_OWNER"; });
    if (!owned) list.push_back({{"user_name", call.user}, {"permission_level", "IS_OWNER"}});
  }
  const Job& job =
      jobs.create(effective_settings(call.json, version_of(call), jobs.names()), call.user);
  if (list.is_array()) TRY_VOID(permissions.set("jobs", std::to_string(job.id), list));
  return answer({{"job_id", job.id}});
}

Result<Answer> reset(Jobs& jobs, Call& call) {
  Job* job = TRY(named_job(jobs, int_at(call.json, "job_id")));
  Json settings = at_or_null(call.json, "new_settings");
  if (!settings.is_object()) return invalid("Missing required field: new_settings");
  TRY_VOID(check_job_settings(settings, jobs.names()));
  // Seen with the service: an explicit run_as survives a reset that leaves it out.
  if (!settings.contains("run_as") && job->settings.contains("run_as"))
    settings["run_as"] = job->settings["run_as"];
  jobs.change(*job, effective_settings(std::move(settings), version_of(call), jobs.names()));
  return Answer{};
}

Result<Answer> update(Jobs& jobs, Call& call) {
  Job* job = TRY(named_job(jobs, int_at(call.json, "job_id")));
  Json settings = TRY(updated_settings(job->settings, at_or_null(call.json, "new_settings"),
                                       at_or_null(call.json, "fields_to_remove")));
  TRY_VOID(check_job_settings(settings, jobs.names()));
  jobs.change(*job, effective_settings(std::move(settings), version_of(call), jobs.names()));
  return Answer{};
}

Result<Answer> remove(Jobs& jobs, Call& call) {
  const Job* job = TRY(named_job(jobs, int_at(call.json, "job_id")));
  jobs.remove(std::int64_t{job->id});
  return Answer{};
}

}  // namespace

Result<Job*> named_job(Jobs& jobs, std::int64_t id) {
  if (id == 0) return invalid("Missing required field: job_id");
  Job* job = jobs.find(id);
  if (job == nullptr) return invalid("Job " + std::to_string(id) + " does not exist.");
  return job;
}

void add_job_routes(Router& router, Jobs& jobs, Permissions& permissions) {
  const auto add = [&](std::string_view method, std::string_view path, auto handler) {
    router.add(method, {"2.0", "2.1", "2.2"}, path,
               [&jobs, handler](Call& call) { return handler(jobs, call); });
  };
  add("GET", "jobs/list", list);
  add("GET", "jobs/get", get);
  add("POST", "jobs/create",
      [&permissions](Jobs& all, Call& call) { return create(all, permissions, call); });
  add("POST", "jobs/reset", reset);
  add("POST", "jobs/update", update);
  add("POST", "jobs/delete", remove);
}

}  // namespace dbplan::local

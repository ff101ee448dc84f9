#include "providers/local/server/jobs.hpp"

namespace dbplan::local {
namespace {

constexpr std::string_view kKind = "jobs";
// Odd and above 2^53, and of another range than the ids of objects and runs: a mix-up is seen.
constexpr std::int64_t kFirstId = (std::int64_t{1} << 56) + 1;

}  // namespace

std::string Job::run_as() const {
  const Json& explicit_user = at_or_null(settings, "run_as");
  for (const char* key : {"user_name", "service_principal_name", "group_name"})
    if (const std::string name = text_at(explicit_user, key); !name.empty()) return name;
  return creator;
}

Jobs::Jobs(Store& store, WallClock now)
    : store_(store), names_(store), now_(std::move(now)), last_id_(kFirstId) {
  for (const auto& [id, body] : store_.all(kKind)) {
    const Json record = parse_json(body).value_or(Json());
    Job job{.id = std::stoll(id),
            .creator = text_at(record, "creator"),
            .created_time = int_at(record, "created_time"),
            .changed_time = int_at(record, "changed_time"),
            .settings = at_or_null(record, "settings")};
    jobs_.emplace(job.id, std::move(job));
  }
  if (const auto last = store_.get("settings", "last_job_id")) last_id_ = std::stoll(*last);
}

Job* Jobs::find(std::int64_t id) {
  const auto found = jobs_.find(id);
  return found == jobs_.end() ? nullptr : &found->second;
}

void Jobs::newest(std::int64_t before, const std::function<bool(const Job&)>& take) const {
  // Ids count up.
  auto job = before == 0 ? jobs_.end() : jobs_.lower_bound(before);
  while (job != jobs_.begin())
    if (!take((--job)->second)) return;
}

Job& Jobs::create(Json settings, const std::string& creator) {
  last_id_ += 2;
  store_.put("settings", "last_job_id", std::to_string(last_id_));
  Job job{.id = last_id_,
          .creator = creator,
          .created_time = now_(),
          .changed_time = now_(),
          .settings = std::move(settings)};
  Job& added = jobs_.emplace(last_id_, std::move(job)).first->second;
  save(added);
  return added;
}

void Jobs::change(Job& job, Json settings) {
  job.settings = std::move(settings);
  job.changed_time = now_();
  save(job);
}

void Jobs::remove(std::int64_t id) {
  store_.remove(kKind, std::to_string(id));
  jobs_.erase(id);
  for (const auto& listener : listeners_) listener(id, nullptr);
}

void Jobs::on_change(std::function<void(std::int64_t, const Job*)> listener) {
  for (const auto& [id, job] : jobs_) listener(id, &job);
  listeners_.push_back(std::move(listener));
}

void Jobs::save(const Job& job) {
  job.expanded.clear();
  job.brief.clear();
  store_.put(kKind, std::to_string(job.id),
             canonical({{"creator", job.creator},
                        {"created_time", job.created_time},
                        {"changed_time", job.changed_time},
                        {"settings", job.settings}}));
  for (const auto& listener : listeners_) listener(job.id, &job);
}

}  // namespace dbplan::local

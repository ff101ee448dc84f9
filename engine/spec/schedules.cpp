#include "engine/spec/schedules.hpp"

#include <optional>

namespace dbplan {
namespace {

Place place_of(const Draft& draft, std::string_view field) {
  const Member* member = draft.node == nullptr ? nullptr : find_member(*draft.node, field);
  return member == nullptr ? draft.place : member->place;
}

/// The block of a job's body that a schedule stands for.
struct Block {
  std::string name;  // schedule, trigger or continuous
  Json value;
};

class Schedules {
 public:
  Schedules(Drafts& drafts, Reporter& report) : drafts_(drafts), report_(report) {}

  void attach() {
    for (const Draft& draft : drafts_.all)
      if (draft.resource.kind->name == "jobs") check_job(draft);
    for (std::size_t i = 0; i < drafts_.all.size(); ++i)
      if (drafts_.all[i].resource.kind->home == Home::Carrier) attach(i);
  }

 private:
  void check_job(const Draft& job) {
    std::string_view first;
    for (const std::string_view name : {"schedule", "trigger", "continuous"}) {
      if (!job.resource.body.contains(name)) continue;
      if (!first.empty())
        report_.error(place_of(job, name), "Conflicting fields",
                      "A job starts in one way, and this one has " + in_quotes(first) + " and " +
                          in_quotes(name) + ". Remove one.");
      first = name;
    }
  }

  void attach(std::size_t index) {
    Draft& schedule = drafts_.all[index];
    if (schedule.node == nullptr) return;
    const std::optional<Block> block = read_block(schedule);
    const std::string key = text_at(schedule.resource.body, "job");
    const std::ptrdiff_t found = drafts_.find({"jobs", key});
    if (found < 0) return;  // reported with the other references
    Draft& job = drafts_.all[static_cast<std::size_t>(found)];
    schedule.resource.carrier = job.resource.address;
    if (!block) return;
    for (const std::string_view name : {"schedule", "trigger", "continuous"}) {
      if (!job.resource.body.contains(name)) continue;
      report_.error(place_of(schedule, "job"), "Two schedules for one job",
                    in_quotes("jobs." + key) + " has one already: " + owner(job, name) +
                        ". A job has one schedule: remove one of the two.");
      return;
    }
    job.resource.body[block->name] = block->value;
    attached_.emplace(job.resource.address, schedule.resource.address);
  }

  std::string owner(const Draft& job, std::string_view name) const {
    const auto other = attached_.find(job.resource.address);
    if (other != attached_.end()) return in_quotes(other->second.text());
    return "its own field " + in_quotes(name) + " in " + report_.name(place_of(job, name));
  }

  std::optional<Block> read_block(const Draft& schedule) {
    const Json& body = schedule.resource.body;
    std::string_view way = body.contains("quartz_cron_expression") ? "quartz_cron_expression" : "";
    for (const std::string_view name : {"periodic", "continuous", "file_arrival", "table_update"}) {
      if (!body.contains(name)) continue;
      if (!way.empty()) {
        report_.error(place_of(schedule, name), "Conflicting fields",
                      "A schedule starts its job in one way, and this one has " + in_quotes(way) +
                          " and " + in_quotes(name) + ". Remove one.");
        return std::nullopt;
      }
      way = name;
    }
    if (way.empty()) return missing(schedule);
    Block block = way == "quartz_cron_expression" ? quartz(schedule) : other(body, way);
    if (body.contains("pause_status")) block.value["pause_status"] = body["pause_status"];
    return block;
  }

  // Fields that are there but wrong were reported, and are no second mistake.
  std::optional<Block> missing(const Draft& schedule) {
    for (const std::string_view name :
         {"quartz_cron_expression", "periodic", "continuous", "file_arrival", "table_update"})
      if (find_member(*schedule.node, name) != nullptr) return std::nullopt;
    report_.error(schedule.place, "Missing field",
                  "The schedule does not say when. Add quartz_cron_expression with timezone_id, or "
                  "one of periodic, continuous, file_arrival and table_update.");
    return std::nullopt;
  }

  Block quartz(const Draft& schedule) {
    const Json& body = schedule.resource.body;
    Json value = {{"quartz_cron_expression", body["quartz_cron_expression"]}};
    if (body.contains("timezone_id"))
      value["timezone_id"] = body["timezone_id"];
    else if (find_member(*schedule.node, "timezone_id") == nullptr)
      report_.error(place_of(schedule, "quartz_cron_expression"), "Missing field",
                    "\"timezone_id\" is required beside \"quartz_cron_expression\". Add it, for "
                    "example \"timezone_id: UTC\".");
    return {"schedule", std::move(value)};
  }

  Block other(const Json& body, std::string_view way) {
    if (way == "continuous") return {"continuous", body["continuous"]};
    return {"trigger", Json::object({{std::string(way), body[std::string(way)]}})};
  }

  Drafts& drafts_;
  Reporter& report_;
  std::map<Address, Address> attached_;  // job -> its schedule
};

}  // namespace

void attach_schedules(Drafts& drafts, Reporter& report) { Schedules(drafts, report).attach(); }

}  // namespace dbplan

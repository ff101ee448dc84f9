#include "providers/local/server/compute_records.hpp"

#include "providers/local/server/refusal.hpp"

namespace dbplan::local {

std::optional<std::string> record_creator(Store& store, std::string_view kind,
                                          const std::string& id) {
  const auto stored = store.get(kind, id);
  if (!stored) return std::nullopt;
  return text_at(parse_json(*stored).value_or(Json()), "creator");
}

int next_number(Store& store, std::string_view kind) {
  const std::string key = std::string(kind) + "_count";
  const int number = std::stoi(store.get("settings", key).value_or("0")) + 1;
  store.put("settings", key, std::to_string(number));
  return number;
}

Result<Json> find_record(Store& store, std::string_view kind, const std::string& id,
                         const std::string& noun) {
  const auto stored = store.get(kind, id);
  if (!stored) return missing(noun + " " + id + " does not exist.");
  return parse_json(*stored);
}

bool name_is_taken(Store& store, std::string_view kind, std::string_view name_field,
                   const std::string& name, const std::string& except) {
  for (const auto& [id, text] : store.all(kind)) {
    const Json record = parse_json(text).value_or(Json());
    if (id != except && text_at(at_or_null(record, "body"), name_field) == name) return true;
  }
  return false;
}

}  // namespace dbplan::local

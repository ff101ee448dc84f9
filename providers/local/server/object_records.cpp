#include "providers/local/server/object_records.hpp"

#include "engine/base/digest.hpp"

namespace dbplan::local {

std::int64_t ObjectRecords::next_number() {
  const std::string key = kind_ + "_count";
  const std::int64_t number = std::atoll(store_.get("settings", key).value_or("0").c_str()) + 1;
  store_.put("settings", key, std::to_string(number));
  return number;
}

Json ObjectRecords::find(const std::string& id) const {
  const auto stored = store_.get(kind_, id);
  return stored ? parse_json(*stored).value_or(Json()) : Json();
}

std::map<std::string, Json> ObjectRecords::all() const {
  std::map<std::string, Json> result;
  for (const auto& [id, body] : store_.all(kind_)) result[id] = parse_json(body).value_or(Json());
  return result;
}

std::string ObjectRecords::named(const char* key, const std::string& name) const {
  for (const auto& [id, record] : all())
    if (text_at(at_or_null(record, "settings"), key) == name) return id;
  return {};
}

std::string made_up_hex(const std::string& seed, std::size_t digits) {
  return sha256_hex(seed).substr(0, digits);
}

}  // namespace dbplan::local

#include "engine/ledger/ledger.hpp"

#include "engine/base/digest.hpp"

namespace dbplan {
namespace {

constexpr int kVersion = 1;
constexpr std::size_t kLargest = 512u << 20;  // unpacked bytes; far above any real deployment

std::optional<Address> parse_address(const std::string& text) {
  const std::size_t dot = text.find('.');
  if (dot == std::string::npos || dot == 0) return std::nullopt;
  return Address{text.substr(0, dot), text.substr(dot + 1)};
}

Json entry_json(const LedgerEntry& entry) {
  Json json = {{"id", entry.id},
               {"body", entry.body},
               {"echo", entry.echo},
               {"applied_at", entry.applied_at}};
  if (!entry.content_hash.empty()) json["content_hash"] = entry.content_hash;
  if (entry.object_id != 0) json["object_id"] = entry.object_id;
  if (entry.modified_at != 0) json["modified_at"] = entry.modified_at;
  if (entry.started) json["started"] = *entry.started;
  if (entry.carrier) json["carrier"] = entry.carrier->text();
  if (entry.owner) json["owner"] = entry.owner->text();
  if (!entry.old_id.empty()) json["old_id"] = entry.old_id;
  for (const Address& needed : entry.depends_on) json["depends_on"].push_back(needed.text());
  return json;
}

LedgerEntry parse_entry(const Json& json) {
  LedgerEntry entry{.id = text_at(json, "id"),
                    .body = at_or_null(json, "body"),
                    .echo = at_or_null(json, "echo")};
  entry.content_hash = text_at(json, "content_hash");
  entry.old_id = text_at(json, "old_id");
  entry.object_id = int_at(json, "object_id");
  entry.modified_at = int_at(json, "modified_at");
  entry.applied_at = text_at(json, "applied_at");
  if (const Json& started = at_or_null(json, "started"); started.is_boolean())
    entry.started = started.get<bool>();
  if (const std::string carrier = text_at(json, "carrier"); !carrier.empty())
    entry.carrier = parse_address(carrier);
  if (const std::string owner = text_at(json, "owner"); !owner.empty())
    entry.owner = parse_address(owner);
  for (const Json& needed : at_or_null(json, "depends_on"))
    if (needed.is_string())
      if (const auto address = parse_address(needed.get<std::string>()))
        entry.depends_on.push_back(*address);
  return entry;
}

}  // namespace

std::string pack_ledger(const Ledger& ledger) {
  Json entries = Json::object();
  for (const auto& [address, entry] : ledger.entries) entries[address.text()] = entry_json(entry);
  return gzip(canonical({{"format", "dbplan.ledger"},
                         {"version", kVersion},
                         {"bundle", ledger.bundle},
                         {"target", ledger.target},
                         {"root_path", ledger.root_path},
                         {"serial", ledger.serial},
                         {"pages", ledger.pages},
                         {"unsettled", ledger.unsettled},
                         {"entries", std::move(entries)}}));
}

Result<Ledger> unpack_ledger(const std::string& bytes) {
  const std::string text = TRY(gunzip(bytes, kLargest));
  const Json json = TRY(parse_json(text));
  if (text_at(json, "format") != "dbplan.ledger")
    return fail(Error::Code::Invalid, "it is no dbplan ledger");
  if (const std::int64_t version = int_at(json, "version"); version > kVersion)
    return fail(Error::Code::Conflict, "it has version " + std::to_string(version) +
                                           ", written by a newer dbplan; this "
                                           "one reads up to version " +
                                           std::to_string(kVersion) + ": update dbplan");
  Ledger ledger{.bundle = text_at(json, "bundle"),
                .target = text_at(json, "target"),
                .root_path = text_at(json, "root_path"),
                .serial = int_at(json, "serial"),
                .found = true,
                .entries = {},
                .unsettled = at_or_null(json, "unsettled") == Json(true)};
  for (const auto& [kind, pages] : at_or_null(json, "pages").items())
    if (pages.is_number_integer()) ledger.pages[kind] = pages.get<int>();
  const Json& entries = at_or_null(json, "entries");
  if (!entries.is_object()) return fail(Error::Code::Invalid, "it has no entries");
  for (const auto& [name, entry] : entries.items())
    if (const auto address = parse_address(name)) ledger.entries[*address] = parse_entry(entry);
  return ledger;
}

}  // namespace dbplan

#include "tests/faults/picture.hpp"

#include <algorithm>
#include <set>
#include <sstream>

#include "engine/base/digest.hpp"
#include "engine/ledger/ledger.hpp"

namespace dbplan::faults {
namespace {

/// When what the tree has was modified, by its number.
using Times = std::map<std::string, std::int64_t>;
/// What stands for an id.
using Names = std::map<std::string, std::string>;

/// Where the server keeps kinds of objects, and how people tell them apart.
struct Shelf {
  const char* kind;
  const char* noun;
  const char* body;  // the member that holds the settings; the name is in it
  const char* name;
};
constexpr Shelf kShelves[] = {{"jobs", "job", "settings", "name"},
                              {"clusters", "cluster", "spec", "cluster_name"},
                              {"instance_pools", "pool", "settings", "instance_pool_name"},
                              {"cluster_policies", "policy", "settings", "name"},
                              {"warehouses", "warehouse", "settings", "name"}};

struct Object {
  std::string label;
  Json body;
};

Json parsed(const std::string& text) { return parse_json(text).value_or(Json()); }

Json renamed(const Json& value, const Names& names) {
  if (value.is_string() || value.is_number_integer()) {
    const auto name = names.find(value.is_string() ? value.get<std::string>()
                                                   : std::to_string(value.get<std::int64_t>()));
    return name == names.end() ? value : Json(name->second);
  }
  Json copy = value;
  if (copy.is_array())
    for (Json& item : copy) item = renamed(item, names);
  if (copy.is_object())
    for (auto& [key, item] : copy.items()) item = renamed(item, names);
  return copy;
}

std::vector<Object> shelved(local::Store& store, Names& names) {
  std::vector<Object> objects;
  for (const Shelf& shelf : kShelves)
    for (const auto& [id, text] : store.all(shelf.kind)) {
      const Json record = parsed(text);
      if (text_at(record, "source") == "JOB") continue;  // of a run
      const Json& body = at_or_null(record, shelf.body);
      const std::string label = std::string(shelf.noun) + " " + text_at(body, shelf.name);
      names[id] = "<" + label + ">";
      objects.push_back({label, body});
    }
  for (const auto& [id, text] : store.all("runs")) {
    const Json view = at_or_null(parsed(text), "view");
    if (!at_or_null(view, "state").contains("result_state"))
      objects.push_back({"active run of " + text_at(view, "run_name"), Json()});
  }
  for (const auto& [name, text] : store.all("secret_scopes")) {
    const Json record = parsed(text);
    objects.push_back({"secret scope " + name, Json()});
    for (const auto& [key, secret] : at_or_null(record, "secrets").items())
      objects.push_back({"secret " + name + "/" + key, at_or_null(secret, "value")});
    for (const auto& [principal, permission] : at_or_null(record, "acls").items())
      objects.push_back({"secret ACL " + name + "/" + principal, permission});
  }
  return objects;
}

struct Entry {
  std::string path, type, id;
  Json record;
};

std::vector<Entry> tree_of(local::Store& store) {
  std::map<std::string, Json> records;
  for (const auto& [id, text] : store.all("objects")) records[id] = parsed(text);
  std::vector<Entry> entries;
  for (const auto& [id, record] : records) {
    std::string path;
    for (auto at = records.find(id); at != records.end();
         at = records.find(std::to_string(int_at(at->second, "parent"))))
      path = "/" + text_at(at->second, "name") + path;
    entries.push_back({path, text_at(record, "type"), id, record});
  }
  return entries;
}

/// Salted hashes of secrets are new every time.
Json without_salt(const Json& body) {
  Json copy = body;
  if (copy.is_object() && copy.contains("string_value")) copy["string_value"] = "a hash";
  return copy;
}

/// Files are known by number and time of what the tree has.
Json echo_text(Json echo, const Names& names, const Times& times) {
  if (!echo.is_object()) return echo;
  if (echo.contains("last_updated_timestamp")) echo["last_updated_timestamp"] = "a time";
  if (const auto seen = echo.find("seen"); seen != echo.end() && seen->is_object())
    for (Json& file : *seen) {
      if (!file.is_array() || file.size() != 2) continue;
      const std::string number = canonical(file[0]);
      const auto time = times.find(number);
      file[1] = time != times.end() && Json(time->second) == file[1] ? "current" : "not current";
    }
  return renamed(echo, names);
}

/// What the ledger says of an object in the tree, beside what the tree says.
std::string tree_text(const LedgerEntry& entry, const Names& names, const Times& times) {
  if (entry.object_id == 0 && entry.modified_at == 0) return "";
  const std::string number = std::to_string(entry.object_id);
  const auto name = names.find(number);
  const auto time = times.find(number);
  const bool current = time != times.end() && time->second == entry.modified_at;
  return (name == names.end() ? number : name->second) + (current ? ", current" : ", not current");
}

std::string ledger_text(const std::string& bytes, const Names& names, const Times& times) {
  const auto ledger = unpack_ledger(bytes);
  if (!ledger) return "damaged: " + ledger.error().message;
  Json entries = Json::object();
  for (const auto& [address, entry] : ledger->entries) {
    Json& known = entries[address.text()];
    known = {{"id", renamed(entry.id, names)},
             {"body", renamed(without_salt(entry.body), names)},
             {"content_hash", entry.content_hash},
             {"echo", echo_text(entry.echo, names, times)},
             {"tree", tree_text(entry, names, times)}};
    // Permissions and files in the tree go by numbers of the server's.
    if (const auto slash = entry.id.find('/'); entry.owner && slash != std::string::npos)
      known["id"] = entry.id.substr(0, slash + 1) + "of " + entry.owner->text();
    if (entry.carrier) known["carrier"] = entry.carrier->text();
    if (entry.owner) known["owner"] = entry.owner->text();
    for (const Address& needed : entry.depends_on) known["depends_on"].push_back(needed.text());
  }
  return pretty({{"entries", entries}, {"unsettled", ledger->unsettled}});
}

bool is_lock(const std::string& path) { return path.find("/state/lock.") != std::string::npos; }

void add_tree(local::Store& store, Names& names, Times& times, Picture& picture,
              std::vector<std::pair<std::string, std::string>>& ledgers) {
  constexpr std::string_view kLedger = "/state/ledger.json.gz";
  for (const Entry& entry : tree_of(store)) {
    names[entry.id] = "<" + entry.path + ">";
    times[entry.id] = int_at(entry.record, "modified_at");
    const std::string bytes = store.get("contents", entry.id).value_or("");
    if (is_lock(entry.path)) {
      picture.locks.push_back(entry.path);
      continue;
    }
    std::string content = entry.type + " " + text_at(entry.record, "language");
    if (entry.path.ends_with(kLedger))
      ledgers.emplace_back(entry.path.substr(0, entry.path.size() - kLedger.size()), bytes);
    else
      content += " " + sha256_hex(bytes);
    picture.objects.emplace(entry.path, content);
  }
}

/// The lines that only one of two texts has.
std::string other_lines(const std::string& found, const std::string& wanted) {
  std::multiset<std::string> more, less;
  std::istringstream found_lines(found), wanted_lines(wanted);
  for (std::string line; std::getline(found_lines, line);) more.insert(line);
  for (std::string line; std::getline(wanted_lines, line);)
    if (const auto same = more.find(line); same != more.end())
      more.erase(same);
    else
      less.insert(line);
  std::string text;
  for (const std::string& line : less) text += "\n      - " + line;
  for (const std::string& line : more) text += "\n      + " + line;
  return text;
}

}  // namespace

Picture picture_of(local::Store& store) {
  Picture picture;
  Names names;
  std::vector<std::pair<std::string, std::string>> ledgers;
  const std::vector<Object> objects = shelved(store, names);
  Times times;
  add_tree(store, names, times, picture, ledgers);
  for (const Object& object : objects)
    picture.objects.emplace(object.label, canonical(renamed(object.body, names)));
  for (const auto& [key, text] : store.all("permissions")) {
    const std::size_t slash = key.rfind('/');
    const auto name = names.find(key.substr(slash + 1));
    if (name != names.end())  // the server keeps those of what is deleted
      picture.objects.emplace("permissions of " + name->second, canonical(parsed(text)));
  }
  for (const auto& [root, bytes] : ledgers)
    picture.ledgers[root] = ledger_text(bytes, names, times);
  return picture;
}

void lose_state(World& world) {
  std::vector<std::string> folders;
  for (const auto& [path, content] : picture_of(world.store()).objects)
    if (path.ends_with("/state") && content.starts_with("DIRECTORY")) folders.push_back(path);
  for (const std::string& folder : folders)
    world.post("/api/2.0/workspace/delete", {{"path", folder}, {"recursive", true}});
}

Findings compare(const Picture& wanted, const Picture& found, const Picture& forgivable) {
  const auto is_forgivable = [&](const std::string& label) {
    const auto left = forgivable.objects.find(label);
    const auto there = found.objects.find(label);
    return left != forgivable.objects.end() && there != found.objects.end() &&
           found.objects.count(label) == 1 && left->second == there->second;
  };
  Findings findings;
  std::set<std::string> labels;
  for (const auto& [label, body] : wanted.objects) labels.insert(label);
  for (const auto& [label, body] : found.objects) labels.insert(label);
  for (const std::string& label : labels) {
    const auto there = static_cast<int>(found.objects.count(label));
    const auto due = static_cast<int>(wanted.objects.count(label));
    const bool same =
        there == due && wanted.objects.find(label)->second == found.objects.find(label)->second;
    if (same) continue;
    if (is_forgivable(label)) {
      ++findings.left;
    } else if (due == 0) {
      findings.orphans += there;
      findings.texts.push_back("orphan: " + label);
    } else if (there > due) {
      findings.duplicates += there - due;
      findings.texts.push_back("duplicate: " + label);
    } else if (there < due) {
      findings.lost += due - there;
      findings.texts.push_back("lost: " + label);
    } else {
      findings.texts.push_back("different: " + label + "\n      " +
                               found.objects.find(label)->second + "\n      instead of\n      " +
                               wanted.objects.find(label)->second);
    }
  }
  for (const std::string& lock : found.locks) findings.texts.push_back("a lock is left: " + lock);
  for (const auto& [root, ledger] : wanted.ledgers) {
    const auto other = found.ledgers.find(root);
    const std::string is = other == found.ledgers.end() ? "" : other->second;
    if (is != ledger)
      findings.texts.push_back("the ledger of " + root + " is another:" + other_lines(is, ledger));
  }
  return findings;
}

}  // namespace dbplan::faults

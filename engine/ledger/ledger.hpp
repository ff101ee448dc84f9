#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/json.hpp"
#include "engine/model/address.hpp"

namespace dbplan {

/// What dbplan remembers of one address after its last apply. It explains and speeds up; losing
/// it never creates a duplicate or an orphan.
struct LedgerEntry {
  std::string id;  // the server's; for path-addressed kinds the path
  Json body;       // as last applied, secrets as hashes; null for carried kinds
  Json echo;       // what the server had beside it right afterwards; null: not looked yet
  std::string content_hash = {};  // notebooks: SHA-256 of the text
  std::int64_t object_id = 0;     // notebooks: the server's, after our import
  std::int64_t modified_at = 0;   // notebooks: the server's, after our import; 0: not looked yet
  std::optional<Address> carrier = {};  // schedules: the job
  std::optional<Address> owner = {};    // permissions: whose they are
  std::string old_id = {};              // of what it replaces and what is still to be removed
  std::vector<Address> depends_on = {};
  std::optional<bool> started = {};        // whether it was wanted running; absent: not said
  std::string applied_at = {};             // RFC 3339, UTC
  std::optional<Address> moved_from = {};  // the spec moves it, the stored ledger does not know yet
};

struct Ledger {
  std::string bundle;
  std::string target;
  std::string root_path;
  std::int64_t serial = 0;  // grows by one with every write
  bool found = false;       // false: there was none (first apply, or lost)
  std::map<Address, LedgerEntry> entries;
  /// An apply ended without knowing what it created: the next reading looks everywhere.
  bool unsettled = false;
  /// By kind: how many pages its list had when it was last read to the end.
  std::map<std::string, int> pages = {};

  const LedgerEntry* find(const Address& address) const {
    const auto entry = entries.find(address);
    return entry == entries.end() ? nullptr : &entry->second;
  }
};

/// The stored form: gzip of canonical JSON, format "dbplan.ledger", version 1.
std::string pack_ledger(const Ledger& ledger);

/// Error::Code::Conflict: written by a newer dbplan (must not be overwritten).
/// Error::Code::Invalid: damaged; planning can go on from stamps.
Result<Ledger> unpack_ledger(const std::string& bytes);

}  // namespace dbplan

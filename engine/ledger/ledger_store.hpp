#pragma once

#include "engine/ledger/ledger.hpp"
#include "engine/provider.hpp"

namespace dbplan {

/// Folder of the deployment that holds the ledger and the lock.
std::string state_folder(const std::string& root_path);

struct LoadedLedger {
  Ledger ledger;
  std::string warning;  // not empty: it was damaged; planning goes on from stamps
};

/// One request. A missing ledger is an empty one with found = false. A damaged one, or one of
/// another deployment, is an empty one with a warning. One of a newer dbplan is an error.
Result<LoadedLedger> read_ledger(const std::string& root_path, Provider& provider);

/// Raises the serial and writes. The state folder must exist.
Result<> write_ledger(Ledger& ledger, Provider& provider);

/// After a complete destroy.
Result<> remove_ledger(const std::string& root_path, Provider& provider);

}  // namespace dbplan

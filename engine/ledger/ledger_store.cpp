#include "engine/ledger/ledger_store.hpp"

namespace dbplan {
namespace {

std::string ledger_path(const std::string& root_path) {
  return state_folder(root_path) + "/ledger.json.gz";
}

}  // namespace

std::string state_folder(const std::string& root_path) { return root_path + "/state"; }

Result<LoadedLedger> read_ledger(const std::string& root_path, Provider& provider) {
  const std::string path = ledger_path(root_path);
  const auto bytes = provider.read_file(path);
  if (!bytes) return fail(Error(bytes.error()).in("cannot read the ledger " + path));
  if (!*bytes) return LoadedLedger{};
  auto ledger = unpack_ledger(**bytes);
  if (!ledger && ledger.error().code == Error::Code::Conflict)
    return fail(std::move(ledger.error()).in("cannot use the ledger " + path));
  if (!ledger)
    return LoadedLedger{.ledger = {},
                        .warning = "the ledger " + path + " is unusable (" +
                                   ledger.error().message +
                                   "); going on from the stamps in the workspace"};
  if (ledger->root_path != root_path)
    return LoadedLedger{.ledger = {},
                        .warning = "the ledger " + path + " belongs to " + ledger->root_path +
                                   "; going on from the stamps in the workspace"};
  return LoadedLedger{.ledger = std::move(*ledger), .warning = {}};
}

Result<> write_ledger(Ledger& ledger, Provider& provider) {
  ++ledger.serial;
  const std::string path = ledger_path(ledger.root_path);
  auto written = provider.write_file(path, pack_ledger(ledger), true);
  if (!written) return fail(std::move(written.error()).in("cannot write the ledger " + path));
  return {};
}

Result<> remove_ledger(const std::string& root_path, Provider& provider) {
  return provider.remove_file(ledger_path(root_path));
}

}  // namespace dbplan

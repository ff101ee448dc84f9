#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "engine/base/clock.hpp"
#include "engine/ledger/ledger.hpp"
#include "engine/live/live.hpp"
#include "engine/plan/plan.hpp"

namespace dbplan {

/// What an apply knows while it runs: the ids of what exists, and the ledger, which is brought up
/// to date with every step that was done. Safe to use from several threads; holds references to
/// everything that it is made of.
class Books {
 public:
  Books(const Plan& plan, const Desired& desired, const Live& live, Ledger& ledger, Clock& clock);

  /// Empty as long as nothing exists there.
  std::string id(const Address& address) const;
  /// What is sent for `resource`, with the ids that are known by now.
  Json body(const Resource& resource) const;

  /// `resource` exists as `id` and was sent as `body`, with all that travels in its requests.
  void record(const Resource& resource, const std::string& id, const Json& body);
  /// Something of the same address is still to be removed.
  void keep_old_id(const Address& address, const std::string& old_id);
  /// It was started or stopped as the spec says.
  void record_started(const Address& address);
  /// An answer was unclear: the next plan has to look for what the request may have left.
  void record_unsettled();
  /// The object `id` of `address` is gone, and what belonged to it.
  void forget(const Address& address, const std::string& id);
  /// `address` is no longer ours, nor is what belongs to it.
  void release(const Address& address);

  /// Changes that are told at addresses of their own and travel in the requests of `carrier`.
  const std::vector<const Change*>& carried_changes(const Address& carrier) const;
  /// Lets `store` see the ledger while nobody writes.
  void store_with(const std::function<void(Ledger&)>& store);

 private:
  /// What travels in one resource's requests: in the spec, in the plan, in the ledger before.
  struct Carried {
    std::vector<const Resource*> resources;
    std::vector<const Change*> changes;
    std::vector<Address> remembered;
    std::vector<Address> parts;  // in the ledger before: its permissions
  };
  void announce(const Change& part);
  void record_carried(const Address& carrier, const std::string& id);

  const Desired& desired_;
  Ledger& ledger_;
  Clock& clock_;
  mutable std::mutex mutex_;  // guards ids_ and ledger_
  std::map<Address, std::string> ids_;
  std::map<Address, Carried> carried_;     // by carrier; fixed from the start
  std::map<const Kind*, RuleNode> rules_;  // of every kind in the spec; fixed, too
};

}  // namespace dbplan

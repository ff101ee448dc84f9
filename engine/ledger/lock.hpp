#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/clock.hpp"
#include "engine/model/address.hpp"
#include "engine/provider.hpp"

namespace dbplan {

/// Who holds a lock, for people and for telling the dead from the living.
struct Holder {
  std::string user, host, boot, ci;
  int pid = 0;
};

/// What tells the dead from the living: process numbers mean something on one boot of one host.
struct Machine {
  std::string host, boot;
};
Machine this_machine();

/// This process on `machine`. `ci` is the link of the pipeline run where a known variable tells it.
Holder this_holder(const std::string& user, const Machine& machine);

/// Whether any run holds the lock, or left it.
Result<bool> is_locked(const std::string& root_path, Provider& provider);

struct LockOptions {
  std::chrono::seconds timeout{120};  // how long to wait for a living holder
  bool force = false;                 // take it whoever holds it
  std::int64_t base = 1;              // first number when there is none: the ledger's serial + 1
  std::vector<Address> intent;        // what this apply is about to create
  std::function<bool()> interrupted = {};          // ends the waiting
  std::function<void(const std::string&)> notice;  // what is waited for or taken over
};

/// The deployment's lock: the file lock.<n> with the highest n, created by create-if-absent.
/// It names its holder, a lease that is renewed by the clock, and the intent. The holder may change
/// the workspace only while held() is true. Destruction does not release: a lock that is not
/// released is found and questioned by the next run.
class Lock {
 public:
  static constexpr std::chrono::seconds kLease{60};
  static constexpr std::chrono::seconds kRenewal{20};

  /// Error::Code::Conflict when a living holder kept it until the time-out; names the holder.
  static Result<std::unique_ptr<Lock>> acquire(const std::string& root_path, Provider& provider,
                                               Clock& clock, const Holder& holder,
                                               const LockOptions& options);

  /// False once the lease is over by our own clock, or somebody took the lock over.
  bool held() const;
  /// The creations that a dead predecessor had announced; empty if there was none.
  const std::vector<std::string>& inherited() const { return inherited_; }
  /// Whether anybody may have changed the workspace between the caller's reading and now.
  bool waited() const { return waited_; }
  /// Once held: what is about to be created, where it is more than was thought.
  Result<> announce(std::vector<Address> intent);
  /// Stops the renewal and deletes the lock file.
  Result<> release();

 private:
  Lock(std::string root_path, Provider& provider, Clock& clock, const Holder& holder,
       std::vector<Address> intent);
  struct Found;

  Result<bool> try_number(std::int64_t number);
  Result<std::vector<std::int64_t>> numbers() const;
  Result<std::optional<Found>> highest() const;
  std::string path(std::int64_t number) const;
  std::string body() const;
  Result<> renew();

  std::string root_path_;
  Provider& provider_;
  Clock& clock_;
  Holder holder_;
  std::vector<Address> intent_;
  std::string id_;  // random: tells our lock file from another's
  std::int64_t number_ = 0;
  std::int64_t beat_ = 0;
  std::vector<std::string> inherited_;
  bool waited_ = false;
  mutable std::mutex mutex_;  // guards lease_end_ and lost_
  Clock::Steady lease_end_;
  bool lost_ = false;
  std::unique_ptr<Timer> renewal_;  // last: stops before the rest goes
};

}  // namespace dbplan

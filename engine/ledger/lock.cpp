#include "engine/ledger/lock.hpp"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <fstream>

#include "engine/base/digest.hpp"
#include "engine/ledger/ledger_store.hpp"

namespace dbplan {
namespace {

constexpr std::chrono::milliseconds kPoll{1000};
constexpr std::int64_t kMostNumbers = std::int64_t{1} << 53;  // no run ever gets that far

std::string boot_id() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  std::getline(file, id);
  return id;
}

std::string host_name() {
  char name[256] = {};
  return gethostname(name, sizeof name - 1) == 0 ? name : "unknown";
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

/// The page of the pipeline run, by the variables of the common services.
std::string ci_link() {
  if (const std::string run = variable("GITHUB_RUN_ID"); !run.empty())
    return variable("GITHUB_SERVER_URL") + "/" + variable("GITHUB_REPOSITORY") + "/actions/runs/" +
           run;
  for (const char* name : {"CI_JOB_URL", "BUILD_URL"})
    if (const std::string link = variable(name); !link.empty()) return link;
  return {};
}

Json holder_json(const Holder& holder) {
  return {{"user", holder.user},
          {"host", holder.host},
          {"boot", holder.boot},
          {"pid", holder.pid},
          {"ci", holder.ci}};
}

std::string describe(const Json& holder) {
  const std::string host = text_at(holder, "host", "?");
  std::string text = text_at(holder, "user", "somebody") + " on " +
                     (host == host_name() ? "this host" : host) + " (process " +
                     std::to_string(int_at(holder, "pid")) + ")";
  if (const std::string ci = text_at(holder, "ci"); !ci.empty()) text += ", " + ci;
  return text;
}

/// Only a process of our own host and boot can be told dead; any other may live.
bool is_dead(const Json& holder, const Holder& us) {
  if (text_at(holder, "host") != us.host || text_at(holder, "boot") != us.boot) return false;
  const auto pid = static_cast<pid_t>(int_at(holder, "pid"));
  return pid > 0 && kill(pid, 0) != 0 && errno == ESRCH;
}

std::optional<std::int64_t> lock_number(const std::string& path) {
  const std::size_t at = path.rfind("/lock.");
  if (at == std::string::npos) return std::nullopt;
  const char* begin = path.data() + at + 6;
  const char* end = path.data() + path.size();
  std::int64_t number = 0;
  const auto [stop, error] = std::from_chars(begin, end, number);
  const bool valid = error == std::errc() && stop == end && number >= 0 && number < kMostNumbers;
  return valid ? std::optional(number) : std::nullopt;
}

}  // namespace

Machine this_machine() { return {.host = host_name(), .boot = boot_id()}; }

Holder this_holder(const std::string& user, const Machine& machine) {
  return {
      .user = user, .host = machine.host, .boot = machine.boot, .ci = ci_link(), .pid = getpid()};
}

Result<bool> is_locked(const std::string& root_path, Provider& provider) {
  const auto entries = TRY(provider.list_folder(state_folder(root_path)));
  return std::ranges::any_of(
      entries, [](const FolderEntry& entry) { return lock_number(entry.path).has_value(); });
}

struct Lock::Found {
  std::int64_t number = 0;
  Json body;
};

Lock::Lock(std::string root_path, Provider& provider, Clock& clock, const Holder& holder,
           std::vector<Address> intent)
    : root_path_(std::move(root_path)),
      provider_(provider),
      clock_(clock),
      holder_(holder),
      intent_(std::move(intent)),
      id_(random_hex(16)) {}

std::string Lock::path(std::int64_t number) const {
  return state_folder(root_path_) + "/lock." + std::to_string(number);
}

std::string Lock::body() const {
  Json creates = Json::array();
  for (const Address& address : intent_) creates.push_back(address.text());
  // Whoever has to take over from us has to look for these, too.
  for (const std::string& address : inherited_)
    if (std::ranges::find(creates, Json(address)) == creates.end()) creates.push_back(address);
  return pretty({{"id", id_},
                 {"holder", holder_json(holder_)},
                 {"lease_seconds", kLease.count()},
                 {"beat", beat_},
                 {"creates", creates}});
}

Result<std::vector<std::int64_t>> Lock::numbers() const {
  const auto entries = TRY(provider_.list_folder(state_folder(root_path_)));
  std::vector<std::int64_t> found;
  for (const FolderEntry& entry : entries)
    if (const auto number = lock_number(entry.path)) found.push_back(*number);
  std::ranges::sort(found);
  return found;
}

Result<std::optional<Lock::Found>> Lock::highest() const {
  const auto found = TRY(numbers());
  if (found.empty()) return std::nullopt;
  const auto text = TRY(provider_.read_file(path(found.back())));
  if (!text) return std::nullopt;  // released meanwhile
  return Found{.number = found.back(), .body = parse_json(*text).value_or(Json::object())};
}

/// Creates lock.<number> and makes sure that it is ours and the highest.
Result<bool> Lock::try_number(std::int64_t number) {
  auto created = provider_.write_file(path(number), body(), false);
  if (!created && created.error().code == Error::Code::NotFound) {
    TRY_VOID(provider_.make_folder(state_folder(root_path_)));
    created = provider_.write_file(path(number), body(), false);
  }
  // An unclear answer is settled by reading back, as is a lost race.
  if (!created && created.error().code != Error::Code::Exists &&
      created.error().code != Error::Code::Unclear)
    return fail(std::move(created.error()).in("cannot write the lock " + path(number)));
  auto seen = highest();
  if (!seen) {
    // What is certainly ours is not left behind, least of all when a Ctrl-C ended the reading.
    if (created) [[maybe_unused]]
      const auto ignored = provider_.remove_file(path(number));
    return fail(std::move(seen.error()));
  }
  const auto& found = *seen;
  if (!found || found->number != number || text_at(found->body, "id") != id_) {
    if (created) TRY_VOID(provider_.remove_file(path(number)));
    return false;
  }
  number_ = number;
  return true;
}

Result<std::unique_ptr<Lock>> Lock::acquire(const std::string& root_path, Provider& provider,
                                            Clock& clock, const Holder& holder,
                                            const LockOptions& options) {
  std::unique_ptr<Lock> lock(new Lock(root_path, provider, clock, holder, options.intent));
  const auto started = clock.steady();
  std::string seen;         // id and beat of the holder when last looked at
  Clock::Steady seen_at{};  // and when that beat was first seen
  for (;;) {
    const auto asked_at = clock.steady();
    const auto found = TRY(lock->highest());
    bool take = !found, is_new = false;
    if (found) {
      const Json& other = at_or_null(found->body, "holder");
      const std::string beat =
          text_at(found->body, "id") + "/" + std::to_string(int_at(found->body, "beat"));
      if (beat != seen) {
        is_new = seen.empty();
        seen = beat;
        seen_at = asked_at;
      }
      const bool expired = asked_at - seen_at > kLease;
      take = options.force || expired || is_dead(other, holder);
      lock->waited_ = true;
      if (!take && is_new && options.notice)
        options.notice("waiting for the lock held by " + describe(other));
      if (take && options.notice)
        options.notice(std::string(options.force ? "taking the lock by force from "
                                                 : "taking over the lock of a dead run: ") +
                       describe(other));
      if (!take && asked_at - started > options.timeout)
        return fail(Error::Code::Conflict,
                    "the deployment is locked by " + describe(other) +
                        "; wait for it, raise --lock-timeout, or use --force-lock if it is dead");
    }
    lock->inherited_.clear();
    if (found)
      for (const Json& address : at_or_null(found->body, "creates"))
        if (address.is_string()) lock->inherited_.push_back(address.get<std::string>());
    if (take && TRY(lock->try_number(found ? found->number + 1 : options.base))) {
      if (found) {
        if (auto removed = provider.remove_file(lock->path(found->number)); !removed) {
          [[maybe_unused]] const auto ignored = provider.remove_file(lock->path(lock->number_));
          return fail(std::move(removed.error()));
        }
      }
      lock->lease_end_ = asked_at + kLease;
      // Where every answer took its time, what is left of the lease is too short to begin with.
      if (clock.steady() - asked_at > kRenewal) TRY_VOID(lock->renew());
      // A failed renewal is tried again at the next turn; held() turns false when the lease is
      // over.
      lock->renewal_ = clock.every(
          kRenewal, [raw = lock.get()] { [[maybe_unused]] const auto ignored = raw->renew(); });
      return lock;
    }
    if (take && asked_at - started > options.timeout)
      return fail(Error::Code::Conflict,
                  "cannot lock the deployment: the workspace does not show the file " +
                      lock->path(found ? found->number + 1 : options.base) +
                      " that was just written there");
    if (options.interrupted && options.interrupted())
      return fail(Error::Code::Interrupted, "interrupted while waiting for the lock");
    lock->waited_ = true;  // somebody else was quicker
    clock.sleep(kPoll);
  }
}

bool Lock::held() const {
  const std::scoped_lock guard(mutex_);
  return !lost_ && clock_.steady() < lease_end_;
}

Result<> Lock::announce(std::vector<Address> intent) {
  if (intent == intent_) return {};
  {
    const std::scoped_lock guard(mutex_);
    intent_ = std::move(intent);
  }
  return renew();
}

Result<> Lock::renew() {
  const auto asked_at = clock_.steady();
  const auto found = TRY(numbers());
  if (found.empty() || found.back() != number_) {
    const std::scoped_lock guard(mutex_);
    lost_ = true;
    return {};
  }
  ++beat_;
  TRY_VOID(provider_.write_file(path(number_), body(), true));
  const std::scoped_lock guard(mutex_);
  lease_end_ = asked_at + kLease;
  return {};
}

Result<> Lock::release() {
  renewal_.reset();
  {
    const std::scoped_lock guard(mutex_);
    if (lost_) return {};
    lost_ = true;
  }
  return provider_.remove_file(path(number_));
}

}  // namespace dbplan

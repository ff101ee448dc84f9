#include "engine/ledger/lock.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <atomic>

#include "tests/support/memory_provider.hpp"

using dbplan::Clock;
using dbplan::Error;
using dbplan::Holder;
using dbplan::Json;
using dbplan::Lock;
using dbplan::LockOptions;
using dbplan::Result;
using dbplan::test::MemoryProvider;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr const char* kRoot = "/Workspace/r";

/// Time that passes by being slept through; `on_sleep` is what happens elsewhere meanwhile. The
/// wall clock is years off and is to play no part.
class SleepClock final : public Clock {
 public:
  std::chrono::sys_seconds now() const override { return std::chrono::sys_seconds(seconds(wall)); }
  Steady steady() const override { return Steady(milliseconds(slept.load())); }
  void sleep(milliseconds duration) override {
    slept += duration.count();
    if (on_sleep) on_sleep();
  }
  std::atomic<std::int64_t> slept{0};
  std::int64_t wall = 0;
  std::function<void()> on_sleep;
};

struct Place {
  MemoryProvider provider;
  SleepClock clock;

  static Holder me() { return {.user = "me@example.com", .host = "h", .boot = "b", .pid = 1}; }
  static std::string file(int number) {
    return std::string(kRoot) + "/state/lock." + std::to_string(number);
  }
  Result<std::unique_ptr<Lock>> acquire(LockOptions options = {}) {
    return Lock::acquire(kRoot, provider, clock, me(), options);
  }
  /// Somebody else's lock file.
  void put(int number, int beat, const Json& creates = Json::array(), const std::string& id = "x") {
    const Json body = {
        {"id", id},
        {"beat", beat},
        {"holder", {{"user", "you@example.com"}, {"host", "far"}, {"boot", "z"}, {"pid", 7}}},
        {"creates", creates}};
    CHECK(provider.write_file(file(number), dbplan::canonical(body), true));
  }
};

}  // namespace

TEST_CASE("lock: one that nobody holds is taken, held, and free again after its release") {
  Place place;
  auto lock = place.acquire({.intent = {{"jobs", "a"}}});
  REQUIRE(lock);
  CHECK((*lock)->held());
  CHECK_FALSE((*lock)->waited());
  CHECK(place.provider.contents.at(Place::file(1)).find("jobs.a") != std::string::npos);
  CHECK((*lock)->release());
  CHECK(place.provider.contents.empty());
}

TEST_CASE("lock: a holder who lives is waited for, and named when the time is over") {
  Place place;
  int beat = 1;
  place.put(3, beat);
  place.clock.on_sleep = [&] { place.put(3, ++beat); };
  const auto lock = place.acquire();
  REQUIRE_FALSE(lock);
  CHECK(lock.error().code == Error::Code::Conflict);
  CHECK(lock.error().message.find("you@example.com on far") != std::string::npos);
  CHECK(place.clock.slept / 1000 >= 120);
  CHECK(place.provider.contents.contains(Place::file(3)));
}

TEST_CASE("lock: who stands still for a lease is taken over, by our own clock alone") {
  Place place;
  place.put(3, 1, {"jobs.a", 7});
  place.clock.wall = 4'000'000'000;
  // A wall clock that jumps changes nothing.
  place.clock.on_sleep = [&] { place.clock.wall -= 100'000'000; };
  const auto lock = place.acquire();
  REQUIRE(lock);
  CHECK(place.clock.slept / 1000 > Lock::kLease.count());
  CHECK(place.clock.slept / 1000 < Lock::kLease.count() + 5);
  CHECK((*lock)->inherited() == std::vector<std::string>{"jobs.a"});
  CHECK((*lock)->waited());
  CHECK_FALSE(place.provider.contents.contains(Place::file(3)));
  CHECK(place.provider.contents.contains(Place::file(4)));
}

TEST_CASE("lock: a holder who beats again just before its lease is over keeps it") {
  Place place;
  place.put(3, 1);
  bool beaten = false;
  place.clock.on_sleep = [&] {
    if (!beaten && place.clock.slept / 1000 == Lock::kLease.count() - 1) {
      place.put(3, 2);
      beaten = true;
    }
  };
  const auto lock = place.acquire({.timeout = seconds(90)});
  CHECK_FALSE(lock);
  CHECK(beaten);
}

TEST_CASE("lock: two who take over one dead holder: one of them has it") {
  Place place;
  place.put(3, 1, {"jobs.a"});
  // Another run takes over in our last sleep before the lease is over, and lives.
  int beat = 0;
  place.clock.on_sleep = [&] {
    if (place.clock.slept / 1000 <= Lock::kLease.count()) return;
    place.put(4, ++beat, {"jobs.b"}, "rival");
    CHECK(place.provider.remove_file(Place::file(3)));
  };
  const auto lock = place.acquire();
  REQUIRE_FALSE(lock);
  CHECK(place.provider.contents.size() == 1);
  CHECK(place.provider.contents.at(Place::file(4)).find("rival") != std::string::npos);
}

TEST_CASE("lock: what was taken over twice hands on what the last holder announced") {
  Place place;
  place.put(3, 1, {"jobs.a"});
  auto first = place.acquire({.intent = {{"jobs", "b"}}});
  REQUIRE(first);
  CHECK((*first)->inherited() == std::vector<std::string>{"jobs.a"});
  first->reset();  // killed: not released
  const auto second = place.acquire();
  REQUIRE(second);
  const auto inherited = (*second)->inherited();
  CHECK(std::ranges::count(inherited, "jobs.b") == 1);
  CHECK(std::ranges::count(inherited, "jobs.a") == 1);
}

TEST_CASE("lock: a lease that is over by our own clock is no longer held, though nobody took it") {
  Place place;
  auto lock = place.acquire();
  REQUIRE(lock);
  place.clock.slept += milliseconds(Lock::kLease).count();
  CHECK_FALSE((*lock)->held());
  CHECK((*lock)->release());
}

TEST_CASE("lock: the release of one that was taken over leaves the new holder's") {
  Place place;
  auto lock = place.acquire();
  REQUIRE(lock);
  place.put(2, 1, Json::array(), "rival");
  CHECK(place.provider.remove_file(Place::file(1)));
  CHECK((*lock)->release());
  CHECK(place.provider.contents.size() == 1);
  CHECK(place.provider.contents.contains(Place::file(2)));
}

TEST_CASE("lock: a dead process of this machine is not waited for") {
  Place place;
  const Holder dead = Place::me();
  const Json body = {{"id", "x"},
                     {"beat", 1},
                     {"holder", {{"host", dead.host}, {"boot", dead.boot}, {"pid", 1 << 30}}}};
  CHECK(place.provider.write_file(Place::file(3), dbplan::canonical(body), true));
  CHECK(place.acquire());
  CHECK(place.clock.slept == 0);
}

TEST_CASE(
    "lock: a file that nobody could have made is no lock, and one that says nothing is left "
    "alone for a lease") {
  Place place;
  for (const char* name : {"lock.-1", "lock.x", "lock.", "lock.9223372036854775807"})
    CHECK(place.provider.write_file(std::string(kRoot) + "/state/" + name, "{}", true));
  CHECK(place.acquire());
  CHECK(place.clock.slept == 0);
  Place broken;
  CHECK(broken.provider.write_file(Place::file(3), "{\"id\": [", true));
  CHECK(broken.acquire());
  CHECK(broken.clock.slept / 1000 > Lock::kLease.count());
}

TEST_CASE("lock: a Ctrl-C ends the wait") {
  Place place;
  place.put(3, 1);
  const auto lock = place.acquire({.interrupted = [&] { return place.clock.slept > 5000; }});
  REQUIRE_FALSE(lock);
  CHECK(lock.error().code == Error::Code::Interrupted);
}

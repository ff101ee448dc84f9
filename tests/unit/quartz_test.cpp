#include "engine/base/quartz.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "engine/base/clock.hpp"

using dbplan::Quartz;

namespace {

std::chrono::sys_seconds at(std::int64_t seconds) {
  return std::chrono::sys_seconds(std::chrono::seconds(seconds));
}

// 2026-03-26T12:00:03Z, a Thursday.
constexpr std::int64_t kNow = 1774526403;
constexpr std::int64_t kNoon = kNow - 3;

std::string next(const std::string& expression, const std::string& zone = "UTC",
                 std::int64_t after = kNow) {
  const auto quartz = Quartz::parse(expression);
  if (!quartz) return "error: " + quartz.error().message;
  const auto when = quartz->next(at(after), zone);
  return when ? dbplan::rfc3339(*when) : "never";
}

/// The next `count` instants, with a comma between them.
std::string series(const std::string& expression, const std::string& zone, int count) {
  const auto quartz = Quartz::parse(expression);
  if (!quartz) return "error: " + quartz.error().message;
  std::string text;
  std::chrono::sys_seconds after = at(kNoon);
  for (int i = 0; i < count; ++i) {
    const auto when = quartz->next(after, zone);
    if (!when) return text + "never";
    text += (i == 0 ? "" : ", ") + dbplan::rfc3339(*when);
    after = *when;
  }
  return text;
}

std::string complaint(const std::string& expression) {
  const auto quartz = Quartz::parse(expression);
  return quartz ? "none" : quartz.error().message;
}

bool mentions(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("quartz: the next instant of ordinary expressions") {
  CHECK(next("0 0 2 * * ?") == "2026-03-27T02:00:00Z");
  CHECK(next("* * * * * ?") == "2026-03-26T12:00:04Z");
  CHECK(next("0/20 * * * * ?") == "2026-03-26T12:00:20Z");
  CHECK(next("0 */15 * * * ?") == "2026-03-26T12:15:00Z");
  CHECK(next("0 30 9-17 ? * MON-FRI") == "2026-03-26T12:30:00Z");
  CHECK(next("0 0 0 1 1 ? 2030") == "2030-01-01T00:00:00Z");
  CHECK(next("0 0 8 ? * mon,wed") == "2026-03-30T08:00:00Z");
}

TEST_CASE("quartz: a match at the given instant itself is not the next one") {
  CHECK(next("3 0 12 * * ?") == "2026-03-27T12:00:03Z");
  CHECK(next("3 0 12 * * ?", "UTC", kNow - 1) == "2026-03-26T12:00:03Z");
}

TEST_CASE("quartz: ranges may wrap around") {
  CHECK(next("0 0 22-2 * * ?") == "2026-03-26T22:00:00Z");
  CHECK(next("0 0 0 ? * FRI-MON") == "2026-03-27T00:00:00Z");
  CHECK(next("0 0 0 1 NOV-FEB ?") == "2026-11-01T00:00:00Z");
}

TEST_CASE("quartz: the last days of a month") {
  CHECK(next("0 0 0 L * ?") == "2026-03-31T00:00:00Z");
  CHECK(next("0 0 0 L 2 ?") == "2027-02-28T00:00:00Z");
  CHECK(next("0 0 0 L 2 ? 2028") == "2028-02-29T00:00:00Z");
  CHECK(next("0 0 0 L-3 * ?") == "2026-03-28T00:00:00Z");
  CHECK(next("0 0 0 LW 5 ?") == "2026-05-29T00:00:00Z");  // the 31st is a Sunday
  CHECK(next("0 0 0 ? * 6L") == "2026-03-27T00:00:00Z");  // the last Friday
  CHECK(next("0 0 0 ? * THUL") == "2026-04-30T00:00:00Z");
  CHECK(next("0 0 0 ? * L") == "2026-03-28T00:00:00Z");  // Saturday
}

TEST_CASE("quartz: the working day nearest to a date stays within its month") {
  CHECK(next("0 0 0 15W * ?") == "2026-04-15T00:00:00Z");
  CHECK(next("0 0 0 4W 4 ?") == "2026-04-03T00:00:00Z");   // a Saturday: Friday before
  CHECK(next("0 0 0 1W 8 ?") == "2026-08-03T00:00:00Z");   // a Saturday, the first: Monday after
  CHECK(next("0 0 0 31W 5 ?") == "2026-05-29T00:00:00Z");  // a Sunday, the last: Friday before
}

TEST_CASE("quartz: the n-th weekday of a month") {
  CHECK(next("0 0 0 ? * 6#3") == "2026-04-17T00:00:00Z");
  CHECK(next("0 0 0 ? * MON#5") == "2026-03-30T00:00:00Z");
}

TEST_CASE("quartz: series in a zone with daylight saving") {
  CHECK(series("0 0 6 ? * MON-FRI", "Europe/Berlin", 3) ==
        "2026-03-27T05:00:00Z, 2026-03-30T04:00:00Z, 2026-03-31T04:00:00Z");
  CHECK(series("0 30 2 * * ?", "Europe/Berlin", 3) ==
        "2026-03-27T01:30:00Z, 2026-03-28T01:30:00Z, 2026-03-30T00:30:00Z");
}

TEST_CASE("quartz: series of special days") {
  CHECK(series("0 0 0 L * ?", "UTC", 3) ==
        "2026-03-31T00:00:00Z, 2026-04-30T00:00:00Z, 2026-05-31T00:00:00Z");
  CHECK(series("0 15 10 ? * 6L", "UTC", 3) ==
        "2026-03-27T10:15:00Z, 2026-04-24T10:15:00Z, 2026-05-29T10:15:00Z");
  CHECK(series("0 15 10 ? * 6#3", "UTC", 3) ==
        "2026-04-17T10:15:00Z, 2026-05-15T10:15:00Z, 2026-06-19T10:15:00Z");
  CHECK(series("0 0 9 1W 8,11 ?", "UTC", 2) == "2026-08-03T09:00:00Z, 2026-11-02T09:00:00Z");
  CHECK(series("0 0 0 ? * 6#5", "UTC", 2) == "2026-05-29T00:00:00Z, 2026-07-31T00:00:00Z");
  CHECK(series("0 0 0 1 7/6 ?", "UTC", 2) == "2026-07-01T00:00:00Z, 2027-07-01T00:00:00Z");
}

TEST_CASE("quartz: day 2 of a week is Monday, and steps do not leave the hours") {
  CHECK(series("0 0/20 8-9 ? * 2", "UTC", 7) ==
        "2026-03-30T08:00:00Z, 2026-03-30T08:20:00Z, 2026-03-30T08:40:00Z, 2026-03-30T09:00:00Z, "
        "2026-03-30T09:20:00Z, 2026-03-30T09:40:00Z, 2026-04-06T08:00:00Z");
}

TEST_CASE("quartz: years end at 2199, and nothing is looked for after 2099") {
  CHECK(next("0 0 0 1 1 ? 2150") == "never");
  CHECK(complaint("0 0 0 1 1 ? 2199") == "none");
  CHECK(complaint("0 0 0 1 1 ? 2200") == "year is '2200': 2200 is not 1970 to 2199");
}

TEST_CASE("quartz: what never comes") {
  CHECK(next("0 0 0 30 2 ?") == "never");
  CHECK(next("0 0 0 1 1 ? 2020") == "never");
}

TEST_CASE("quartz: a local time that a gap skips does not fire that day") {
  // Berlin, 2026-03-29: 02:00 becomes 03:00, at 01:00 UTC.
  const std::int64_t eve = 1774742400;  // 2026-03-29T00:00:00Z
  CHECK(next("0 30 2 * * ?", "Europe/Berlin", eve) == "2026-03-30T00:30:00Z");
  CHECK(next("0 0/10 2 * * ?", "Europe/Berlin", eve) == "2026-03-30T00:00:00Z");
  CHECK(next("0 0 3 * * ?", "Europe/Berlin", eve) == "2026-03-29T01:00:00Z");
  CHECK(next("0 0 * * * ?", "Europe/Berlin", eve) == "2026-03-29T01:00:00Z");
}

TEST_CASE("quartz: a local time that occurs twice fires once") {
  // Berlin, 2026-10-25: 03:00 becomes 02:00, at 01:00 UTC.
  const std::int64_t eve = 1792879200;  // 2026-10-24T22:00:00Z
  CHECK(next("0 30 2 * * ?", "Europe/Berlin", eve) == "2026-10-25T00:30:00Z");
  CHECK(next("0 30 2 * * ?", "Europe/Berlin", eve + 2 * 3600 + 1800) == "2026-10-26T01:30:00Z");
}

TEST_CASE("quartz: the zone decides what a day is") {
  CHECK(next("0 0 0 * * ?", "America/New_York") == "2026-03-27T04:00:00Z");
  CHECK(next("0 0 0 * * ?", "Asia/Kolkata") == "2026-03-26T18:30:00Z");
}

TEST_CASE("quartz: a five-field expression is refused with a hint") {
  const std::string text = complaint("30 2 * * *");
  CHECK(mentions(text, "Unix cron"));
  CHECK(mentions(text, "'0 30 2 * * ?'"));
}

TEST_CASE("quartz: errors name the field and what it may hold") {
  CHECK(complaint("0 0 25 * * ?") == "hours is '25': 25 is not 0 to 23");
  CHECK(complaint("0 0 0 ? * FOO") == "day-of-week is 'FOO': 'FOO' is not 1 to 7 or SUN to SAT");
  CHECK(complaint("0 0 0 32 * ?") == "day-of-month is '32': 32 is not 1 to 31");
  CHECK(mentions(complaint("0 0 0 * 1,,2 ?"), "an entry of the list is empty"));
  CHECK(mentions(complaint("0/0 0 0 * * ?"), "the step after '/'"));
  CHECK(mentions(complaint("? 0 0 * * ?"), "'?' may only stand alone"));
  CHECK(mentions(complaint("0 0 0 ? * 6#6"), "6 is not 1 to 5"));
  CHECK(mentions(complaint("0 0 0 L,3 * ?"), "L stands alone"));
}

TEST_CASE("quartz: exactly one of the day fields is '?'") {
  CHECK(mentions(complaint("0 0 0 * * *"), "both given"));
  CHECK(mentions(complaint("0 0 0 ? * ?"), "both '?'"));
}

TEST_CASE("quartz: hostile texts are errors, not crashes") {
  const std::vector<std::string> texts = {"",
                                          "     ",
                                          "0 0 0 - * ?",
                                          "0 0 0 W * ?",
                                          "0 0 0 L- * ?",
                                          "0 0 0 / * ?",
                                          "0 0 0 ? * #",
                                          "0 0 0 ? * 1#",
                                          "0 0 0 1-2-3 * ?",
                                          "0 0 0 99999999999 * ?",
                                          "0 0 0 -1 * ?",
                                          "a b c d e f",
                                          "0 0 0 * * ? 1900",
                                          "1 2 3 4 5 6 7 8 9",
                                          "0 0 0 ? * L1"};
  for (const std::string& text : texts) {
    CAPTURE(text);
    CHECK_FALSE(Quartz::parse(text).has_value());
  }
}

TEST_CASE("quartz: time zones are those that the machine knows") {
  CHECK(dbplan::is_time_zone("UTC"));
  CHECK(dbplan::is_time_zone("Europe/Berlin"));
  CHECK_FALSE(dbplan::is_time_zone("Europe/Atlantis"));
  CHECK_FALSE(dbplan::is_time_zone(""));
  CHECK_FALSE(dbplan::is_time_zone("../../etc/passwd"));
}

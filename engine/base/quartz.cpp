#include "engine/base/quartz.hpp"

#include <date/tz.h>
#include <fmt/format.h>

#include <array>
#include <bitset>
#include <charconv>
#include <stdexcept>
#include <string>
#include <vector>

namespace dbplan {
namespace {

constexpr int kFirstYear = 1970;
constexpr int kLastYear = 2199;                               // that an expression may name
constexpr int kHorizonYear = 2099;                            // that next() looks at
constexpr std::size_t kLargest = kLastYear - kFirstYear + 1;  // values of the largest field

struct FieldRule {
  std::string_view name;
  int low;
  int high;
  std::string_view first_name;  // three letters each, from `low`; empty: no names
};

enum Field { kSeconds, kMinutes, kHours, kMonthDay, kMonth, kWeekDay, kYear, kFieldCount };

constexpr std::array<FieldRule, kFieldCount> kRules = {{
    {"seconds", 0, 59, ""},
    {"minutes", 0, 59, ""},
    {"hours", 0, 23, ""},
    {"day-of-month", 1, 31, ""},
    {"month", 1, 12, "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC"},
    {"day-of-week", 1, 7, "SUNMONTUEWEDTHUFRISAT"},
    {"year", kFirstYear, kLastYear, ""},
}};

using Values = std::bitset<kLargest>;

std::vector<std::string> split(std::string_view text, std::string_view separators) {
  std::vector<std::string> parts;
  std::string part;
  for (const char letter : text) {
    if (separators.find(letter) == std::string_view::npos) {
      part += letter;
    } else {
      parts.push_back(std::exchange(part, {}));
    }
  }
  parts.push_back(part);
  return parts;
}

std::vector<std::string> words_of(std::string_view expression) {
  std::vector<std::string> words;
  for (std::string& word : split(expression, " \t\n\r"))
    if (!word.empty()) {
      for (char& letter : word)
        if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
      words.push_back(std::move(word));
    }
  return words;
}

std::string allowed(const FieldRule& rule) {
  std::string text = fmt::format("{} to {}", rule.low, rule.high);
  if (!rule.first_name.empty())
    text += fmt::format(" or {} to {}", rule.first_name.substr(0, 3),
                        rule.first_name.substr(rule.first_name.size() - 3));
  return text;
}

std::unexpected<Error> wrong(const FieldRule& rule, std::string_view given, std::string_view why) {
  return fail(Error::Code::Invalid, fmt::format("{} is '{}': {}", rule.name, given, why));
}

Result<int> number_of(const FieldRule& rule, std::string_view text, std::string_view whole) {
  for (std::size_t i = 0; text.size() == 3 && i < rule.first_name.size(); i += 3)
    if (rule.first_name.substr(i, 3) == text) return rule.low + static_cast<int>(i / 3);
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size())
    return wrong(rule, whole, fmt::format("'{}' is not {}", text, allowed(rule)));
  if (number < rule.low || number > rule.high)
    return wrong(rule, whole, fmt::format("{} is not {}", number, allowed(rule)));
  return number;
}

Result<int> step_of(const FieldRule& rule, std::string_view text, std::string_view whole) {
  int step = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), step);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || step < 1 ||
      step > rule.high)
    return wrong(rule, whole, fmt::format("the step after '/' must be 1 to {}", rule.high));
  return step;
}

/// One entry of a list: "*", "5", "5-9", each with or without "/step".
Result<> add_entry(const FieldRule& rule, const std::string& entry, std::string_view whole,
                   Values& values) {
  const auto slash = entry.find('/');
  const std::string range = entry.substr(0, slash);
  int step = 1;
  if (slash != std::string::npos) step = TRY(step_of(rule, entry.substr(slash + 1), whole));
  int from = rule.low;
  int to = rule.high;
  if (const bool all = range == "*" || (range.empty() && slash != std::string::npos); !all) {
    const auto dash = range.find('-');
    from = TRY(number_of(rule, range.substr(0, dash), whole));
    if (dash != std::string::npos)
      to = TRY(number_of(rule, range.substr(dash + 1), whole));
    else if (slash == std::string::npos)
      to = from;
  }
  // A range may wrap around: FRI-MON, 22-2.
  const int span = rule.high - rule.low + 1;
  const int length = (to - from + span) % span;
  for (int offset = 0; offset <= length; offset += step)
    values.set(static_cast<std::size_t>((from - rule.low + offset) % span));
  return {};
}

Result<Values> plain_field(const FieldRule& rule, const std::string& text) {
  Values values;
  for (const std::string& entry : split(text, ",")) {
    if (entry.empty()) return wrong(rule, text, "an entry of the list is empty");
    if (entry == "?")
      return wrong(rule, text, "'?' may only stand alone, in day-of-month or day-of-week");
    TRY_VOID(add_entry(rule, entry, text, values));
  }
  return values;
}

}  // namespace

struct Quartz::Fields {
  std::array<Values, kFieldCount> values;
  // Which of the two day fields decides, and its special forms.
  bool by_week_day = false;
  bool last_day = false;  // L, with `before_last` days before it
  int before_last = 0;
  bool nearest_week_day = false;  // W, of `nearest_to` or of the last day
  int nearest_to = 0;
  int last_week_day = 0;  // 1 (Sunday) to 7 of nL; 0: none
  int nth_week_day = 0;   // 1 to 7 of n#k
  int nth = 0;

  bool has(Field field, int value) const {
    return values[field].test(static_cast<std::size_t>(value - kRules[field].low));
  }
  Result<> parse_month_day(const std::string& text);
  Result<> parse_week_day(const std::string& text);
  bool matches(date::year_month_day day) const;
  bool matches_month_day(date::year_month_day day) const;
  bool matches_week_day(date::year_month_day day) const;
};

Result<> Quartz::Fields::parse_month_day(const std::string& text) {
  const FieldRule& rule = kRules[kMonthDay];
  std::string rest = text;
  if (rest.starts_with('L')) {
    last_day = true;
    rest.erase(0, 1);
    if (rest.ends_with('W')) {
      nearest_week_day = true;
      rest.pop_back();
    }
    if (rest.empty()) return {};
    const FieldRule offset{"day-of-month", 1, 30, ""};
    if (!rest.starts_with('-')) return wrong(rule, text, "L stands alone, or as L-3, LW");
    before_last = TRY(number_of(offset, rest.substr(1), text));
    return {};
  }
  if (rest.ends_with('W')) {
    rest.pop_back();
    nearest_week_day = true;
    nearest_to = TRY(number_of(rule, rest, text));
    return {};
  }
  values[kMonthDay] = TRY(plain_field(rule, text));
  return {};
}

Result<> Quartz::Fields::parse_week_day(const std::string& text) {
  const FieldRule& rule = kRules[kWeekDay];
  by_week_day = true;
  if (const auto hash = text.find('#'); hash != std::string::npos) {
    const FieldRule count{"day-of-week", 1, 5, ""};
    nth_week_day = TRY(number_of(rule, text.substr(0, hash), text));
    nth = TRY(number_of(count, text.substr(hash + 1), text));
    return {};
  }
  if (text.size() > 1 && text.ends_with('L')) {
    last_week_day = TRY(number_of(rule, text.substr(0, text.size() - 1), text));
    return {};
  }
  values[kWeekDay] = TRY(plain_field(rule, text == "L" ? "7" : text));
  return {};
}

bool Quartz::Fields::matches_month_day(date::year_month_day day) const {
  const auto last = date::year_month_day_last(day.year(), date::month_day_last(day.month()));
  if (!last_day && !nearest_week_day)
    return has(kMonthDay, static_cast<int>(static_cast<unsigned>(day.day())));
  const int length = static_cast<int>(static_cast<unsigned>(last.day()));
  int wanted = last_day ? length - before_last : nearest_to;
  if (wanted < 1 || wanted > length) return false;
  if (nearest_week_day) {
    // The nearest Monday to Friday that does not leave the month.
    const date::year_month_day target = day.year() / day.month() / wanted;
    const unsigned week_day = date::weekday(date::sys_days(target)).c_encoding();
    if (week_day == 6) wanted += wanted == 1 ? 2 : -1;
    if (week_day == 0) wanted += wanted == length ? -2 : 1;
  }
  return static_cast<int>(static_cast<unsigned>(day.day())) == wanted;
}

bool Quartz::Fields::matches_week_day(date::year_month_day day) const {
  const int number = static_cast<int>(date::weekday(date::sys_days(day)).c_encoding()) + 1;
  const int in_month = static_cast<int>(static_cast<unsigned>(day.day()));
  if (nth != 0) return number == nth_week_day && (in_month - 1) / 7 + 1 == nth;
  if (last_week_day == 0) return has(kWeekDay, number);
  const auto last = date::year_month_day_last(day.year(), date::month_day_last(day.month()));
  return number == last_week_day &&
         in_month + 7 > static_cast<int>(static_cast<unsigned>(last.day()));
}

bool Quartz::Fields::matches(date::year_month_day day) const {
  if (!has(kYear, static_cast<int>(day.year())) ||
      !has(kMonth, static_cast<int>(static_cast<unsigned>(day.month()))))
    return false;
  return by_week_day ? matches_week_day(day) : matches_month_day(day);
}

Result<Quartz> Quartz::parse(std::string_view expression) {
  const std::vector<std::string> words = words_of(expression);
  if (words.size() == 5)
    return fail(
        Error::Code::Invalid,
        fmt::format("five fields are Unix cron; Quartz has six or seven, seconds first, and "
                    "'?' in one of the day fields: '0 {} {} * * ?' for every day",
                    words[0], words[1]));
  if (words.size() < 6 || words.size() > 7)
    return fail(Error::Code::Invalid,
                fmt::format("it has {} field(s), not six or seven: seconds minutes hours "
                            "day-of-month month day-of-week [year]",
                            words.size()));
  auto fields = std::make_shared<Fields>();
  for (const Field field : {kSeconds, kMinutes, kHours, kMonth})
    fields->values[field] = TRY(plain_field(kRules[field], words[field]));
  fields->values[kYear] = TRY(plain_field(kRules[kYear], words.size() == 7 ? words[kYear] : "*"));
  const bool no_month_day = words[kMonthDay] == "?";
  const bool no_week_day = words[kWeekDay] == "?";
  if (no_month_day == no_week_day)
    return fail(Error::Code::Invalid,
                no_month_day
                    ? "day-of-month and day-of-week are both '?': one of them must say when"
                    : "day-of-month and day-of-week are both given: one of them must be '?'");
  if (no_week_day)
    TRY_VOID(fields->parse_month_day(words[kMonthDay]));
  else
    TRY_VOID(fields->parse_week_day(words[kWeekDay]));
  Quartz result;
  result.fields_ = std::move(fields);
  return result;
}

namespace {

/// The instant of a local time: none in a gap, the first of two.
std::optional<date::sys_seconds> instant_of(const date::time_zone& zone,
                                            date::local_seconds local) {
  const date::local_info info = zone.get_info(local);
  if (info.result == date::local_info::nonexistent) return std::nullopt;
  return date::sys_seconds{local.time_since_epoch()} - info.first.offset;
}

}  // namespace

std::optional<std::chrono::sys_seconds> Quartz::next(std::chrono::sys_seconds after,
                                                     std::string_view zone_name) const {
  const date::time_zone& zone = *date::locate_zone(std::string(zone_name));
  // Instants do not fall when local times rise, so nothing before this local time can be later
  // than `after`.
  const date::local_seconds first =
      zone.to_local(date::sys_seconds(after)) + std::chrono::seconds(1);
  const date::local_days last = date::local_days(date::year(kHorizonYear) / 12 / 31);
  for (auto day = date::floor<date::days>(first); day <= last; day += date::days(1)) {
    if (!fields_->matches(date::year_month_day(day))) continue;
    for (int hour = 0; hour < 24; ++hour) {
      if (!fields_->has(kHours, hour)) continue;
      for (int minute = 0; minute < 60; ++minute) {
        const auto start = day + std::chrono::hours(hour) + std::chrono::minutes(minute);
        if (!fields_->has(kMinutes, minute) || start + std::chrono::minutes(1) <= first) continue;
        for (int second = 0; second < 60; ++second) {
          const date::local_seconds local = start + std::chrono::seconds(second);
          if (!fields_->has(kSeconds, second) || local < first) continue;
          const auto instant = instant_of(zone, local);
          if (instant && *instant > after) return *instant;
        }
      }
    }
  }
  return std::nullopt;
}

bool is_time_zone(std::string_view name) {
  try {
    return date::locate_zone(std::string(name)) != nullptr;
  } catch (const std::runtime_error&) {
    return false;  // the library's way to say so
  }
}

}  // namespace dbplan

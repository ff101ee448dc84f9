#include <type_traits>
#include <utility>

#include "tests/mutation/check.hpp"

namespace dbplan::mutation {
namespace {

constexpr std::pair<std::string_view, std::string_view Kind::*> kWords[] = {
    {"id_field", &Kind::id_field},         {"name_field", &Kind::name_field},
    {"key_field", &Kind::key_field},       {"parent_field", &Kind::parent_field},
    {"stamp_field", &Kind::stamp_field},   {"state_field", &Kind::state_field},
    {"caller_level", &Kind::caller_level}, {"permission_object", &Kind::permission_object},
};
constexpr std::pair<std::string_view, bool Kind::*> kFlags[] = {
    {"in_tree", &Kind::in_tree},
    {"unique_name", &Kind::unique_name},
    {"stamp_in_list", &Kind::stamp_in_list},
};
constexpr std::pair<std::string_view, Call Kind::*> kCalls[] = {
    {"create", &Kind::create}, {"read", &Kind::read},     {"list", &Kind::list},
    {"update", &Kind::update}, {"remove", &Kind::remove}, {"resize", &Kind::resize},
    {"start", &Kind::start},   {"stop", &Kind::stop},
};
constexpr std::pair<std::string_view, std::string_view Call::*> kCallWords[] = {
    {"method", &Call::method},     {"path", &Call::path},   {"id_field", &Call::id_field},
    {"envelope", &Call::envelope}, {"items", &Call::items},
};

std::string call_text(const Call& call) {
  std::string text = std::string(call.method) + " " + std::string(call.path);
  if (!call.id_field.empty()) text += " id=" + std::string(call.id_field);
  if (!call.envelope.empty()) text += " body=" + std::string(call.envelope);
  if (!call.items.empty()) text += " items=" + std::string(call.items);
  return text;
}

}  // namespace

std::string word_of(const Kind& kind, std::string_view name) {
  for (const auto& [word, member] : kWords)
    if (word == name) return std::string(kind.*member);
  for (const auto& [word, member] : kFlags)
    if (word == name) return kind.*member ? "yes" : "no";
  for (const auto& [word, member] : kCalls)
    if (word == name) return call_text(kind.*member);
  return "?";
}

template <class Row, class Name>
void Mutants::drop_each(std::string_view table, std::span<const Row> Kind::* rows, Name name) {
  const auto store = [this]() -> auto& {
    if constexpr (std::is_same_v<Row, FieldRule>)
      return rules_;
    else if constexpr (std::is_same_v<Row, KeyedList>)
      return lists_;
    else if constexpr (std::is_same_v<Row, Reference>)
      return references_;
    else if constexpr (std::is_same_v<Row, Rename>)
      return renames_;
    else
      return words_;
  };
  const std::span<const Row> all = kind_.*rows;
  for (std::size_t i = 0; i < all.size(); ++i) {
    std::vector<Row>& rest = store().emplace_back(all.begin(), all.end());
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
    Mutant mutant{std::string(table) + ": " + std::string(name(all[i])), kind_};
    mutant.kind.*rows = rest;
    all_.push_back(std::move(mutant));
  }
}

void Mutants::drop_words() {
  for (const auto& [name, member] : kWords) {
    if ((kind_.*member).empty()) continue;
    all_.push_back({std::string(name), kind_});
    all_.back().kind.*member = {};
  }
  for (const auto& [name, member] : kFlags) {
    if (!(kind_.*member)) continue;
    all_.push_back({std::string(name), kind_});
    all_.back().kind.*member = false;
  }
  for (const auto& [name, member] : kCalls)
    for (const auto& [word, part] : kCallWords) {
      if ((kind_.*member.*part).empty()) continue;
      all_.push_back({std::string(name) + ": " + std::string(word), kind_});
      all_.back().kind.*member.*part = {};
    }
}

Mutants::Mutants(const Kind& kind) : kind_(kind) {
  drop_each("fields", &Kind::fields, [](const FieldRule& rule) {
    return std::string(rule.path) + " (" + std::string(rule.why) + ")";
  });
  drop_each("lists", &Kind::lists, [](const KeyedList& list) { return list.path; });
  drop_each("references", &Kind::references, [](const Reference& r) { return r.path; });
  drop_each("resize_fields", &Kind::resize_fields, [](std::string_view name) { return name; });
  drop_each("update_fields", &Kind::update_fields, [](std::string_view name) { return name; });
  drop_each("create_names", &Kind::create_names, [](const Rename& name) { return name.body; });
  drop_words();
}

}  // namespace dbplan::mutation

#include "engine/spec/references.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>

#include "engine/spec/resources.hpp"

namespace dbplan {
namespace {

constexpr std::string_view kBegin = "${resources.";

/// One "${resources.jobs.load.id}".
struct Mention {
  std::string_view whole;
  Address address;
  std::string field;      // "id", "name", "schedule.timezone_id"
  std::ptrdiff_t target;  // index into Drafts::all, or -1
};

/// A text that waits for values of other resources.
struct Waiting {
  std::size_t draft = 0;
  Json::json_pointer pointer;
  Place place;
};

class Linker {
 public:
  Linker(Drafts& drafts, std::span<const Kind* const> kinds, const Scope& scope, Reporter& report)
      : drafts_(drafts), kinds_(kinds), scope_(scope), report_(report) {}

  void link() {
    for (std::size_t i = 0; i < drafts_.all.size(); ++i)
      for (const Link& link : drafts_.all[i].links) follow(i, link);
    adjacent_.resize(drafts_.all.size());
    for (const Edge& edge : drafts_.edges) adjacent_[edge.from].push_back(edge);
    state_.assign(drafts_.all.size(), State::New);
    for (std::size_t i = 0; i < drafts_.all.size(); ++i)
      if (state_[i] == State::New) visit(i);
    if (!has_cycle_) fill_in();
    write_dependencies();
  }

 private:
  enum class State { New, Open, Closed };

  void follow(std::size_t draft, const Link& link) {
    const Resource& resource = drafts_.all[draft].resource;
    if (!resource.body.contains(link.pointer)) return;
    const bool names_key = link.rule != nullptr && resource.kind->home != Home::Server;
    const Json& now = resource.body[link.pointer];
    if (!now.is_string()) return;
    const std::string text = now.get<std::string>();  // a task's notebook path may have changed
    if (text.find(kBegin) == std::string::npos) {
      if (names_key) follow_key(draft, link, text);
      return;
    }
    bool waits = false;
    std::string result;
    std::size_t done = 0;
    for (auto mention = next(text, 0); mention; mention = next(text, done)) {
      const auto begin = static_cast<std::size_t>(mention->whole.data() - text.data());
      result.append(text, done, begin - done);
      done = begin + mention->whole.size();
      result += follow_mention(draft, link, *mention, waits);
    }
    result.append(text, done);
    Json& value = drafts_.all[draft].resource.body[link.pointer];
    value = result;
    if (waits) waiting_.push_back({draft, link.pointer, link.node->place});
  }

  // Schedules and benchmarks name a job by its key.
  void follow_key(std::size_t draft, const Link& link, const std::string& key) {
    const std::string kind(link.rule->kind);
    const std::ptrdiff_t target = drafts_.find({kind, key});
    if (target >= 0) {
      add_edge(draft, target, link.node->place);
      return;
    }
    if (scope_.incomplete || key.find("${") != std::string::npos) return;
    const Kind* named = find_kind(kinds_, kind);
    report_.error(link.node->place, "Unknown reference",
                  "No " + std::string(named == nullptr ? kind : named->noun) + " has the key " +
                      in_quotes(key) + " below \"resources." + kind + "\"." +
                      suggestion(key, drafts_.keys(kind)));
  }

  std::optional<Mention> next(const std::string& text, std::size_t from) const {
    const std::size_t begin = text.find(kBegin, from);
    if (begin == std::string::npos) return std::nullopt;
    const std::size_t end = text.find_first_of("{}\n", begin + 2);
    if (end == std::string::npos || text[end] != '}') return std::nullopt;
    Mention mention;
    mention.whole = std::string_view(text).substr(begin, end - begin + 1);
    std::string_view path = mention.whole.substr(kBegin.size());
    path.remove_suffix(1);
    const std::size_t dot = path.find('.');
    mention.address.kind = path.substr(0, dot);
    split_key(dot == path.npos ? std::string_view{} : path.substr(dot + 1), mention);
    return mention;
  }

  // Keys are taken literally and may hold dots: the longest one that exists is meant.
  void split_key(std::string_view rest, Mention& mention) const {
    mention.target = -1;
    for (std::size_t dot = rest.size(); dot != std::string_view::npos && dot > 0;
         dot = rest.rfind('.', dot - 1)) {
      Address address{mention.address.kind, std::string(rest.substr(0, dot))};
      mention.target = drafts_.find(address);
      if (mention.target < 0) continue;
      mention.address = std::move(address);
      mention.field = dot < rest.size() ? rest.substr(dot + 1) : "";
      return;
    }
    const std::size_t dot = rest.rfind('.');
    mention.address.key = rest.substr(0, dot);
    mention.field = dot == std::string_view::npos ? "" : rest.substr(dot + 1);
  }

  std::string follow_mention(std::size_t draft, const Link& link, const Mention& mention,
                             bool& waits) {
    std::string unchanged(mention.whole);
    if (mention.target < 0) {
      report_unknown(draft, link, mention);
      return unchanged;
    }
    add_edge(draft, mention.target, link.node->place);
    const Kind& kind = *drafts_.all[static_cast<std::size_t>(mention.target)].resource.kind;
    const std::string base = "${resources." + mention.address.text() + ".";
    if (mention.field.empty()) {
      report_.error(link.node->place, "Unknown reference",
                    in_quotes(mention.whole) + " does not say which field. Did you mean " +
                        in_quotes(base + (kind.id_field.empty() ? "name}" : "id}")) + "?",
                    mention.whole);
      return unchanged;
    }
    const bool is_id = mention.field == "id" || mention.field == kind.id_field;
    if (is_id && kind.home != Home::Server) {
      report_.error(link.node->place, "Unknown reference",
                    "A " + std::string(kind.noun) + " has no id in the workspace.", mention.whole);
      return unchanged;
    }
    if (is_id && link.rule != nullptr && link.rule->kind != kind.name &&
        mention.whole.size() == link.node->text.size())
      report_.error(link.node->place, "Wrong kind of reference",
                    "This field takes one of \"resources." + std::string(link.rule->kind) +
                        "\", and " + in_quotes(mention.address.text()) + " is a " +
                        std::string(kind.noun) + ".",
                    mention.whole);
    if (is_id && !kind.natural_id()) return base + "id}";
    waits = true;
    return base + (is_id ? std::string(kind.key_field) : mention.field) + "}";
  }

  void report_unknown(std::size_t draft, const Link& link, const Mention& mention) {
    if (scope_.incomplete) return;
    const Address& referrer = drafts_.all[draft].resource.address;
    const Kind* kind = find_kind(kinds_, mention.address.kind);
    std::string detail;
    if (kind == nullptr && is_later_kind(mention.address.kind)) {
      detail = "dbplan does not manage " + mention.address.kind +
               ", so it knows no id of them. Write the id, or look it up by name with a variable "
               "that has a \"lookup\".";
    } else if (kind == nullptr) {
      std::vector<std::string> names;
      for (const Kind* known : kinds_) names.emplace_back(known->name);
      detail = in_quotes(mention.address.kind) + " is no kind of resource." +
               suggestion(mention.address.kind, names);
    } else {
      std::vector<std::string> keys = drafts_.keys(kind->name);
      if (referrer.kind == kind->name) std::erase(keys, referrer.key);
      detail = in_quotes(referrer.text()) + " refers to " + in_quotes(mention.address.text()) +
               ", which the spec does not declare.";
      const std::string near = nearest(mention.address.key, keys);
      if (!near.empty())
        detail += " Did you mean \"${resources." + mention.address.kind + "." + near + "." +
                  (mention.field.empty() ? "id" : mention.field) + "}\"?";
      else if (keys.empty())
        detail += " It has no " + std::string(referrer.kind == kind->name ? "other " : "") +
                  std::string(kind->name) + (referrer.kind == kind->name ? "." : " at all.");
      else if (keys.size() <= 5)
        detail += " Declared are " + list(keys) + ".";
    }
    report_.error(link.node->place, "Unknown reference", std::move(detail), mention.whole);
  }

  static std::string list(const std::vector<std::string>& words) {
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i)
      text += (i == 0 ? "" : i + 1 == words.size() ? " and " : ", ") + in_quotes(words[i]);
    return text;
  }

  void add_edge(std::size_t from, std::ptrdiff_t to, Place place) {
    drafts_.edges.push_back({from, static_cast<std::size_t>(to), place});
  }

  // Depth first; `order_` ends up with what is needed before what needs it.
  void visit(std::size_t index) {
    state_[index] = State::Open;
    trail_.push_back(index);
    for (const Edge& edge : adjacent_[index]) {
      if (state_[edge.to] == State::New)
        visit(edge.to);
      else if (state_[edge.to] == State::Open)
        report_cycle(edge);
    }
    trail_.pop_back();
    state_[index] = State::Closed;
    order_.push_back(index);
  }

  void report_cycle(const Edge& edge) {
    has_cycle_ = true;
    std::string path;
    for (auto at = std::ranges::find(trail_, edge.to); at != trail_.end(); ++at)
      path += drafts_.all[*at].resource.address.text() + " -> ";
    report_.error(edge.place, "Cycle of references",
                  "These resources need each other's ids, so none can be created first: " + path +
                      drafts_.all[edge.to].resource.address.text() + ". Remove one reference.");
  }

  void fill_in() {
    std::vector<std::size_t> rank(drafts_.all.size());
    for (std::size_t i = 0; i < order_.size(); ++i) rank[order_[i]] = i;
    std::ranges::stable_sort(waiting_, {}, [&](const Waiting& w) { return rank[w.draft]; });
    for (const Waiting& waiting : waiting_) fill_in(waiting);
  }

  void fill_in(const Waiting& waiting) {
    Json& value = drafts_.all[waiting.draft].resource.body[waiting.pointer];
    const std::string text = value.get<std::string>();
    std::string result;
    std::size_t done = 0;
    for (auto mention = next(text, 0); mention; mention = next(text, done)) {
      const auto begin = static_cast<std::size_t>(mention->whole.data() - text.data());
      result.append(text, done, begin - done);
      done = begin + mention->whole.size();
      const Json* found = mention->field == "id" ? nullptr : find_field(*mention, waiting.place);
      if (found == nullptr) {
        result += mention->whole;
      } else if (mention->whole.size() == text.size()) {
        value = Json(*found);
        return;
      } else {
        result += found->is_string() ? found->get<std::string>() : canonical(*found);
      }
    }
    result.append(text, done);
    value = result;
  }

  /// A member, or for "0]" an item; null if there is none.
  static const Json* step(const Json& value, std::string_view name) {
    if (name.ends_with(']') && value.is_array()) {
      std::size_t index = 0;
      const auto [end, error] = std::from_chars(name.data(), name.data() + name.size() - 1, index);
      const bool is_number = error == std::errc() && end == name.data() + name.size() - 1;
      return is_number && index < value.size() ? &value[index] : nullptr;
    }
    const auto found = value.is_object() ? value.find(name) : value.end();
    return value.is_object() && found != value.end() ? &*found : nullptr;
  }

  const Json* find_field(const Mention& mention, Place place) {
    const Json* value = &drafts_.all[static_cast<std::size_t>(mention.target)].resource.body;
    for (std::string_view path = mention.field; value != nullptr && !path.empty();) {
      const std::size_t end = std::min(path.find_first_of(".["), path.size());
      value = step(*value, path.substr(0, end));
      path.remove_prefix(std::min(end + 1, path.size()));
    }
    if (value == nullptr || value->is_structured()) {
      report_.error(place, "Unknown reference",
                    in_quotes(mention.address.text()) + " has no text or number " +
                        in_quotes(mention.field) + " in this spec.",
                    mention.whole);
      return nullptr;
    }
    return value;
  }

  void write_dependencies() {
    for (std::size_t i = 0; i < drafts_.all.size(); ++i) {
      std::set<Address> needed;
      for (const Edge& edge : adjacent_[i]) needed.insert(drafts_.all[edge.to].resource.address);
      drafts_.all[i].resource.depends_on.assign(needed.begin(), needed.end());
    }
  }

  Drafts& drafts_;
  std::span<const Kind* const> kinds_;
  const Scope& scope_;
  Reporter& report_;
  std::vector<std::vector<Edge>> adjacent_;
  std::vector<State> state_;
  std::vector<std::size_t> trail_, order_;
  std::vector<Waiting> waiting_;
  bool has_cycle_ = false;
};

}  // namespace

void name_keys(Drafts& drafts, Reporter& report) {
  for (Draft& draft : drafts.all) {
    if (draft.resource.kind->home == Home::Server) continue;
    for (const Link& link : draft.links) {
      const std::string_view text = link.node->text;
      if (link.rule == nullptr || text.find("${") == std::string_view::npos) continue;
      const std::string begin = std::string(kBegin) + std::string(link.rule->kind) + ".";
      const std::size_t dot = text.rfind('.');
      const bool is_one =
          text.starts_with(begin) && dot >= begin.size() && text.find('}') == text.size() - 1;
      if (is_one)
        draft.resource.body[link.pointer] = text.substr(begin.size(), dot - begin.size());
      else
        report.error(link.node->place, "Wrong type",
                     "This field takes the key of one of \"resources." +
                         std::string(link.rule->kind) + "\", and " + in_quotes(text) + " is none.");
    }
  }
}

void link_references(Drafts& drafts, std::span<const Kind* const> kinds, const Scope& scope,
                     Reporter& report) {
  Linker(drafts, kinds, scope, report).link();
}

}  // namespace dbplan

#include "engine/spec/yaml_reader.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/node/node.h>
#include <yaml-cpp/parser.h>

#include <istream>
#include <map>
#include <optional>
#include <streambuf>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/spec/utf8.hpp"

namespace dbplan {
namespace {

// An API body nests some ten levels; a spec that goes far beyond is a mistake or an attack.
constexpr std::uint16_t kDeepest = 100;
// Aliases may repeat what they name, but not multiply without end ("billion laughs").
constexpr std::uint32_t kHeaviest = 5'000'000;

// Thrown through yaml-cpp by the builder below to end the reading; caught in read_yaml.
struct Unusable {};

class TextBuffer : public std::streambuf {
 public:
  explicit TextBuffer(std::string_view text) {
    char* begin = const_cast<char*>(text.data());  // the get area is never written to
    setg(begin, begin, begin + text.size());
  }
};

/// Builds nodes from the parser's events.
class Builder : public YAML::EventHandler {
 public:
  Builder(std::uint32_t file, Arena& arena, Reporter& report)
      : file_(file), arena_(arena), report_(report) {}

  const Node* root() const { return root_; }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    add(arena_.node(Node::Type::Null, place(mark)), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const Node* target = anchor < anchors_.size() ? anchors_[anchor] : nullptr;
    if (target == nullptr) {
      report_.error(place(mark), "Alias inside its anchor",
                    "This alias stands inside the value that it names. Remove it, or move the "
                    "anchor to a value further up.");
      throw Unusable{};
    }
    attach(target);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    const auto style = style_of(tag, place(mark));
    if (wants_key()) {
      frames_.back().key = Member{arena_.text(value), place(mark), nullptr};
      frames_.back().merges = value == "<<" && style == Node::Style::Plain;
      return;
    }
    add(arena_.scalar(value, style, place(mark)), anchor);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(Node::Type::List, place(mark), anchor);
  }
  void OnSequenceEnd() override {
    const Frame frame = close();
    const std::span<const Node* const> items{items_.data() + frame.first,
                                             items_.size() - frame.first};
    Node* list = arena_.list(items, frame.place);
    list->anchored = frame.anchored;
    items_.resize(frame.first);
    add(list, frame.anchor);
  }

  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(Node::Type::Map, place(mark), anchor);
  }
  void OnMapEnd() override {
    const Frame frame = close();
    drop_duplicates(frame.first);
    merge_defaults(frame);
    const std::span<const Member> members{members_.data() + frame.first,
                                          members_.size() - frame.first};
    Node* map = arena_.map(members, frame.place);
    map->anchored = frame.anchored;
    members_.resize(frame.first);
    add(map, frame.anchor);
  }

 private:
  struct Frame {
    Node::Type type;
    Place place;
    YAML::anchor_t anchor;
    std::size_t first;                  // index of its first entry in items_ or members_
    std::optional<Member> key;          // of a map: read, its value not yet
    bool merges = false;                // that key is "<<"
    bool anchored = false;              // an anchor stands inside
    std::vector<Member> defaults = {};  // values of merge keys, in order
  };

  Place place(const YAML::Mark& mark) const {
    return {file_, static_cast<std::uint32_t>(mark.line + 1),
            static_cast<std::uint32_t>(mark.column + 1)};
  }

  bool wants_key() const {
    return !frames_.empty() && frames_.back().type == Node::Type::Map && !frames_.back().key;
  }

  Node::Style style_of(const std::string& tag, Place at) {
    if (tag == "?" || tag.empty()) return Node::Style::Plain;
    if (tag == "!" || tag == "tag:yaml.org,2002:str") return Node::Style::Quoted;
    if (tag.starts_with("tag:yaml.org,2002:")) return Node::Style::Plain;
    report_.error(at, "Unknown YAML tag",
                  in_quotes(tag) + " is no tag that specs use. Remove it: values need no tag.");
    return Node::Style::Quoted;
  }

  void open(Node::Type type, Place at, YAML::anchor_t anchor) {
    if (wants_key()) {
      report_.error(at, "Key is no text",
                    "The key of a map is a list or a map here. Quote it if it is meant as text: "
                    "\"{{x}}\".");
      throw Unusable{};
    }
    if (frames_.size() >= kDeepest) too_large(at);
    frames_.push_back({type, at, anchor, type == Node::Type::Map ? members_.size() : items_.size(),
                       std::nullopt});
  }

  Frame close() {
    Frame frame = std::move(frames_.back());
    frames_.pop_back();
    return frame;
  }

  void add(Node* node, YAML::anchor_t anchor) {
    if (anchor != 0) {
      if (anchors_.size() <= anchor) anchors_.resize(anchor + 1);
      anchors_[anchor] = node;
      node->anchored = true;
    }
    if (node->anchored && !frames_.empty()) frames_.back().anchored = true;
    attach(node);
  }

  // Into the map or list that is open.
  void attach(const Node* node) {
    if (node->depth > kDeepest || node->weight > kHeaviest) too_large(node->place);
    if (frames_.empty()) {
      root_ = node;
      return;
    }
    Frame& frame = frames_.back();
    if (frame.type == Node::Type::List) {
      items_.push_back(node);
    } else if (!frame.key) {  // an empty key or an alias as key
      report_.error(node->place, "Key is no text", "The key of a map must be text.");
      throw Unusable{};
    } else if (frame.merges) {
      frame.defaults.push_back({frame.key->key, frame.key->place, node});
      frame.key.reset();
    } else {
      frame.key->value = node;
      members_.push_back(*frame.key);
      frame.key.reset();
    }
  }

  void drop_duplicates(std::size_t first) {
    const std::size_t count = members_.size() - first;
    std::unordered_map<std::string_view, Place> seen;
    std::size_t kept = first;
    for (std::size_t i = first; i < members_.size(); ++i) {
      const Member& member = members_[i];
      const Place* before = nullptr;
      if (count <= 16) {  // small maps: comparing is cheaper than hashing
        for (std::size_t j = first; j < kept && before == nullptr; ++j)
          if (members_[j].key == member.key) before = &members_[j].place;
      } else if (const auto [at, is_new] = seen.try_emplace(member.key, member.place); !is_new) {
        before = &at->second;
      }
      if (before == nullptr) {
        members_[kept++] = member;
        continue;
      }
      report_.error(member.place, "Duplicate key",
                    in_quotes(member.key) + " stands in this map already, at line " +
                        std::to_string(before->line) + ". Remove one of the two.");
    }
    members_.resize(kept);
  }

  // YAML merge keys: what the named maps have and this one does not. Earlier maps win.
  void merge_defaults(const Frame& frame) {
    for (const Member& merge : frame.defaults) {
      const Node* value = merge.value;
      if (value->is_map()) {
        merge_map(frame.first, *value);
        continue;
      }
      bool usable = value->is_list();
      for (const Node* item : value->items) {
        usable = usable && item->is_map();
        if (item->is_map()) merge_map(frame.first, *item);
      }
      if (!usable)
        report_.error(merge.place, "Wrong merge key",
                      "\"<<\" takes a map or a list of maps, usually an alias such as \"*name\".");
    }
  }

  void merge_map(std::size_t first, const Node& map) {
    for (const Member& member : map.members) {
      bool present = false;
      for (std::size_t i = first; i < members_.size() && !present; ++i)
        present = members_[i].key == member.key;
      if (!present) members_.push_back(member);
    }
    if (members_.size() - first > kHeaviest / 100) too_large(map.place);
  }

  [[noreturn]] void too_large(Place at) {
    report_.error(at, "Too much nesting",
                  "The value here is deeper than " + std::to_string(kDeepest) +
                      " levels, or aliases multiply it beyond " + std::to_string(kHeaviest) +
                      " values. Write it flatter.");
    throw Unusable{};
  }

  std::uint32_t file_;
  Arena& arena_;
  Reporter& report_;
  const Node* root_ = nullptr;
  std::vector<const Node*> anchors_;
  std::vector<Frame> frames_;
  std::vector<Member> members_;     // of all open maps, innermost last
  std::vector<const Node*> items_;  // of all open lists, innermost last
};

Place place_of_byte(std::string_view text, std::size_t byte, std::uint32_t file) {
  Place place{file, 1, 1};
  for (std::size_t i = 0; i < byte; ++i) {
    place.column = text[i] == '\n' ? 1 : place.column + 1;
    if (text[i] == '\n') ++place.line;
  }
  return place;
}

// yaml-cpp's words, with the frequent puzzles explained.
std::string explain(const std::string& message, std::string_view line) {
  if (line.substr(0, line.find_first_not_of(" \t")).find('\t') != std::string_view::npos)
    return "A tab stands in the indentation. YAML is indented with spaces: replace the tab.";
  if (message.starts_with(YAML::ErrorMsg::UNKNOWN_ANCHOR))
    return "This alias names an anchor that does not exist in this file before this line. Anchors "
           "do not cross files.";
  std::string text = "This is not valid YAML: " + message + ".";
  if (message == YAML::ErrorMsg::END_OF_MAP || message == YAML::ErrorMsg::MAP_VALUE ||
      message == YAML::ErrorMsg::END_OF_SEQ)
    text += " Compare the indentation with the lines above, and quote values that hold \": \".";
  if (message == YAML::ErrorMsg::UNKNOWN_TOKEN)
    text += " Put texts with special characters (such as \"?\" and \"*\") into quotes.";
  return text;
}

}  // namespace

const Node* read_yaml(const SourceFiles& files, std::uint32_t file, Arena& arena,
                      Reporter& report) {
  const std::string_view text = files.text(file);
  if (const auto bad = find_invalid_utf8(text)) {
    report.error(place_of_byte(text, *bad, file), "Not UTF-8",
                 "Specs are UTF-8 text, and this byte is not. Save the file as UTF-8.");
    return nullptr;
  }
  TextBuffer buffer(text);
  std::istream stream(&buffer);
  Builder builder(file, arena, report);
  try {
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder)) return arena.map({}, {file, 0, 0});
    Builder rest(file, arena, report);
    if (parser.HandleNextDocument(rest) && rest.root() != nullptr && !rest.root()->is_null()) {
      report.error(rest.root()->place, "Several documents",
                   "This file holds more than one YAML document. Put the second one into a file of "
                   "its own, or remove the line \"---\".");
      return nullptr;
    }
  } catch (const Unusable&) {
    return nullptr;
  } catch (const YAML::Exception& error) {
    const bool known = error.mark.line >= 0;
    const Place at{file, known ? static_cast<std::uint32_t>(error.mark.line + 1) : 0,
                   known ? static_cast<std::uint32_t>(error.mark.column + 1) : 0};
    report.error(at, "Invalid YAML", explain(error.msg, files.line(at)));
    return nullptr;
  }
  const Node* root = builder.root();
  if (root == nullptr || root->is_null()) return arena.map({}, {file, 0, 0});
  if (!root->is_map()) {
    report.error(root->place, "Wrong type",
                 "A spec file is a map with keys such as \"resources\", and this one is " +
                     std::string(describe(*root)) + ".");
    return nullptr;
  }
  return root;
}

}  // namespace dbplan

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <span>
#include <string_view>

namespace dbplan {

/// Where a node was written. Compact on purpose: a spec has a hundred thousand of them. Columns
/// count bytes; SourceFiles turns a Place into what a person reads.
struct Place {
  std::uint32_t file = 0;    // index into SourceFiles
  std::uint32_t line = 0;    // from 1; 0: the file as a whole
  std::uint32_t column = 0;  // from 1, in bytes

  bool operator==(const Place&) const = default;
};

struct Node;

/// One entry of a map.
struct Member {
  std::string_view key;
  Place place;  // of the key
  const Node* value = nullptr;
};

/// One value of a YAML document: immutable, so that anchors, targets and variables share nodes
/// instead of copying them. Lives as long as the arena that made it.
struct Node {
  enum class Type : std::uint8_t { Null, Scalar, List, Map };
  /// How a scalar came to be. Quoted text is text; plain text may be a number; text put together
  /// from variables may be read as whatever its field wants.
  enum class Style : std::uint8_t { Plain, Quoted, Substituted };

  Type type = Type::Null;
  Style style = Style::Plain;
  bool anchored = false;     // an anchor stands here or below
  std::uint16_t depth = 1;   // levels below and including this node
  std::uint32_t weight = 1;  // nodes below and including this one, aliases expanded
  Place place;
  std::string_view text;               // Scalar
  std::span<const Member> members;     // Map
  std::span<const Node* const> items;  // List

  bool is_map() const { return type == Type::Map; }
  bool is_list() const { return type == Type::List; }
  bool is_scalar() const { return type == Type::Scalar; }
  bool is_null() const { return type == Type::Null; }
};

/// The member of that key, or null. Linear: for maps with few keys, or few look-ups.
const Member* find_member(const Node& map, std::string_view key);
/// Its value, or null when there is none or it is empty (YAML null).
const Node* find_value(const Node& map, std::string_view key);

/// What a plain scalar means: YAML's core schema.
enum class ScalarKind { Text, Bool, Int, Number };
ScalarKind plain_kind(std::string_view text);

/// "a number", "a list", ...: what a node is, in the words of a diagnostic.
std::string_view describe(const Node& node);

/// Owns nodes and their text. Nothing is freed before the arena is.
class Arena {
 public:
  std::string_view text(std::string_view text);
  std::span<const Member> members(std::span<const Member> members);
  std::span<const Node* const> items(std::span<const Node* const> items);
  Node* node(Node::Type type, Place place);

  Node* scalar(std::string_view text, Node::Style style, Place place);
  Node* map(std::span<const Member> members, Place place);
  Node* list(std::span<const Node* const> items, Place place);

 private:
  std::pmr::monotonic_buffer_resource memory_{std::size_t{64} * 1024};
};

}  // namespace dbplan

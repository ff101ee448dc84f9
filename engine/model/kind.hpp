#pragma once

#include <span>
#include <string_view>

namespace dbplan {

/// One field of an API object. `type` follows the legend of the API's published models:
/// string | int | int64 | bool | number | any | list<T> | map<string,T> | enum:Name | object:Name
/// (also "string:timestamp", "string:duration": strings).
struct SchemaField {
  std::string_view name;
  std::string_view type;
  bool required = false;
  bool output_only = false;  // written by the server alone: refused in a spec
};

struct SchemaType {
  std::string_view name;  // "JobSettings"
  std::span<const SchemaField> fields;
};

struct SchemaEnum {
  std::string_view name;
  std::span<const std::string_view> values;
};

/// The types that the bodies of one kind are made of; sorted by name.
struct Schema {
  std::span<const SchemaType> types;
  std::span<const SchemaEnum> enums;
};

/// What to do when the spec and the server disagree about a field.
enum class Behaviour {
  ReadOnly,       // the server writes it: never sent, never compared
  WriteOnly,      // the server never returns it: compared with what was last applied
  ServerDefault,  // absent from the spec means "whatever the server chose"
  Immutable,      // a change replaces the resource
  Secret,         // WriteOnly, and never printed or saved
  JsonText,       // a string that holds JSON: compared as JSON
  AnyCase         // a word that the server may answer in other letter case
};

/// `path` is a pattern over field paths: "tasks[*].run_if"; "*" also stands for any map key.
/// For ServerDefault, `value` (JSON text) limits the rule to that value; empty means any value.
/// `why` is shown to users by --why.
struct FieldRule {
  std::string_view path;
  Behaviour behaviour;
  std::string_view why;
  std::string_view value = {};
};

/// A list whose order carries no meaning. With `key`: items are matched by that member; "a|b": by
/// whichever of the two they have. Without: a set of plain values.
struct KeyedList {
  std::string_view path;
  std::string_view key = {};
};

/// A field that holds the id (or path) of another resource.
struct Reference {
  std::string_view path;
  std::string_view kind;
};

/// A field that one call spells otherwise than the body.
struct Rename {
  std::string_view body;
  std::string_view wire;
};

/// One API call. `{id}` in `path` is replaced by the resource's id (URL-escaped), `{parent}` by
/// what it lies in. For calls with a body, `id_field` names where the id goes and `envelope` the
/// member that wraps the resource's body; empty means: the body itself. `items` names the list in
/// the answer of a list call.
struct Call {
  std::string_view method = {};
  std::string_view path = {};
  std::string_view id_field = {};
  std::string_view envelope = {};
  std::string_view items = {};
};

/// Where resources of a kind live.
enum class Home {
  Server,   // an object of its own in the workspace
  Carrier,  // inside another resource's request (schedules: inside their job)
  Part,     // of another resource: found by that one's id, gone with it (permissions)
  Local     // never sent: only dbplan itself uses it (benchmarks)
};

/// Everything the engine knows about a kind of resource. A new kind is a new table.
struct Kind {
  std::string_view name;  // plural, as in specs and addresses: "jobs"
  std::string_view noun;  // "job"
  Home home = Home::Server;
  const Schema* schema = nullptr;
  std::string_view body_type = {};     // the type of `schema` that bodies have
  std::string_view id_field = {};      // in create answers and list items: "job_id"
  std::string_view name_field = {};    // for people: "name"
  std::string_view key_field = {};     // natural key (kinds without tags): "path"
  std::string_view parent_field = {};  // what the key is unique in: "scope"; the id is parent/key
  bool in_tree = false;                // lives in the workspace tree; the id is its path
  bool unique_name = false;            // no two of one name: replaced by delete, then create
  std::string_view stamp_field = {};   // map that carries the stamp: "tags"; empty: no tags
  bool stamp_in_list = false;          // stamp_field is a list of {key, value}, not a map
  std::string_view state_field = {};   // where the running state stands: "state"
  std::string_view permission_object = {};  // in paths of the Permissions API: "jobs"; empty: none
  std::string_view caller_level = {};       // what whoever sets permissions has to keep: "IS_OWNER"
  Call create = {}, read = {}, list = {}, update = {}, remove = {};
  Call resize = {}, start = {}, stop = {};
  std::span<const std::string_view> resize_fields = {};  // changing only these is a resize
  std::span<const std::string_view> update_fields = {};  // all that an update sends; empty: all
  std::span<const Rename> create_names = {};             // fields that create spells otherwise
  std::span<const FieldRule> fields = {};
  std::span<const KeyedList> lists = {};
  std::span<const Reference> references = {};

  /// Whether the id follows from the body: no server chooses it.
  constexpr bool natural_id() const { return !key_field.empty() && key_field == id_field; }
};

/// The kind of that name, or null.
inline const Kind* find_kind(std::span<const Kind* const> kinds, std::string_view name) {
  for (const Kind* kind : kinds)
    if (kind->name == name) return kind;
  return nullptr;
}

}  // namespace dbplan

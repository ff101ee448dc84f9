#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/diagnostic.hpp"
#include "engine/base/json.hpp"
#include "engine/model/address.hpp"
#include "engine/model/kind.hpp"
#include "engine/model/notebook.hpp"

namespace dbplan {

/// Which existing object becomes ours: exactly one of the two is set.
struct Adoption {
  std::string id;
  std::string name;
};

/// One declared thing. Variables and defaults are filled in; references to ids that only the
/// server knows are still symbolic: a string holding "${resources.<kind>.<key>.id}".
struct Resource {
  Address address;
  const Kind* kind = nullptr;
  /// API field names and values, without dbplan's own blocks (source, moved, adopt, lifecycle).
  /// A job's body already holds the schedule that a schedules.<key> declares for it.
  /// A schedule's body is {"job": key} with its own fields. A notebook's body is {path, language}.
  /// Permissions' body is {"access_control_list": [...]} as the Permissions API takes it.
  /// Files' body is {"path": folder or file, "files": {relative path: SHA-256 hex}}.
  Json body;
  SourceRange where;
  /// Notebooks only: the text as it will be imported (UTF-8, "\n" line ends).
  std::optional<std::string> content = {};
  /// Notebooks only: "SOURCE" or "JUPYTER".
  std::string format = {};
  /// Notebooks only: the local file, relative to the project root; for people.
  std::string source = {};
  /// lifecycle.started: the wanted running state, if any.
  std::optional<bool> started = {};
  /// lifecycle.prevent_destroy.
  bool prevent_destroy = false;
  /// lifecycle.release: dbplan forgets it; the object stays as it is, without our stamp.
  bool release = false;
  /// moved.from: the address that the object had until now. Not in the same Desired.
  std::optional<Address> moved_from = {};
  /// adopt: an object that exists already and is to be ours.
  std::optional<Adoption> adopt = {};
  /// Carried kinds only: whose request this travels in (the job of a schedule).
  std::optional<Address> carrier = {};
  /// Part kinds only: whose part this is. Permissions of jobs.x are permissions."jobs.x".
  std::optional<Address> owner = {};
  /// Files only: the bytes of each file, by the relative path of the body ("" for a single file).
  std::map<std::string, std::string> files = {};
  /// Addresses that must exist before this one: from references, notebook paths and %run edges.
  /// Sorted, without repeats, all present in the same Desired.
  std::vector<Address> depends_on = {};
};

/// Notebooks: what identifies the wanted text.
inline std::string notebook_hash(const Resource& resource) {
  return notebook_hash(resource.content.value_or(""), resource.format,
                       text_at(resource.body, "language"));
}

/// All that the spec wants, for one target.
struct Desired {
  std::string bundle;
  std::string target;
  /// Workspace folder of this deployment: its identity. Ledger, lock and files live below it.
  std::string root_path;
  /// From `workspace.host` and `workspace.profile`; empty when the spec names none.
  std::string host;
  std::string profile;
  /// Who will apply it: the name of a user, or the application id of a service principal. Empty
  /// before a server was asked.
  std::string user_name = {};
  /// Sorted by address; addresses are unique.
  std::vector<Resource> resources;

  /// Null when the spec has no such address.
  const Resource* find(const Address& address) const {
    const auto place = std::ranges::lower_bound(resources, address, {}, &Resource::address);
    return place != resources.end() && place->address == address ? &*place : nullptr;
  }
};

}  // namespace dbplan

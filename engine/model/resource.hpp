#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/diagnostic.hpp"
#include "engine/base/json.hpp"
#include "engine/model/address.hpp"
#include "engine/model/kind.hpp"

namespace dbplan {

/// One declared thing. Variables and defaults are filled in; references to ids that only the
/// server knows are still symbolic: a string holding "${resources.<kind>.<key>.id}".
struct Resource {
  Address address;
  const Kind* kind = nullptr;
  /// API field names and values, without dbplan's own blocks (source, moved, adopt, lifecycle).
  /// A job's body already holds the schedule that a schedules.<key> declares for it.
  /// A schedule's body is {"job": key} with its own fields. A notebook's body is {path, language}.
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
  /// Carried kinds only: whose request this travels in (the job of a schedule).
  std::optional<Address> carrier = {};
  /// Addresses that must exist before this one: from references, notebook paths and %run edges.
  /// Sorted, without repeats, all present in the same Desired.
  std::vector<Address> depends_on = {};
};

/// All that the spec wants, for one target.
struct Desired {
  std::string bundle;
  std::string target;
  /// Workspace folder of this deployment: its identity. Ledger, lock and files live below it.
  std::string root_path;
  /// From `workspace.host` and `workspace.profile`; empty when the spec names none.
  std::string host;
  std::string profile;
  /// Sorted by address; addresses are unique.
  std::vector<Resource> resources;

  /// Null when the spec has no such address.
  const Resource* find(const Address& address) const {
    const auto place = std::ranges::lower_bound(resources, address, {}, &Resource::address);
    return place != resources.end() && place->address == address ? &*place : nullptr;
  }
};

}  // namespace dbplan

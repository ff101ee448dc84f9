#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "engine/import/collect.hpp"
#include "engine/model/address.hpp"

namespace dbplan {

/// Files of a spec, relative to its folder, and what each resource of theirs is in the workspace.
struct WrittenSpec {
  std::map<std::string, std::string> files;
  struct Item {
    const Kind* kind = nullptr;
    std::string id;
  };
  std::map<Address, Item> objects;  // without notebooks: these are found by their paths
};

/// The spec of what was collected: resources/<kind>.yml, the notebooks as source files below
/// notebooks/, and dbplan.yml for bundle `name` (empty: there is one already). Objects in `claimed`
/// carry the deployment's stamp; the others say which object they adopt. Pure.
WrittenSpec write_spec(const Collected& collected, const std::string& name,
                       const std::set<Address>& claimed);

/// A key for a resource: letters, digits and "_" of its name.
std::string slug(const std::string& name);

}  // namespace dbplan

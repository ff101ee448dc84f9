#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/json.hpp"
#include "engine/model/address.hpp"

namespace dbplan {

/// "${resources.jobs.nightly.id}" in a string of a body: a value that only the server knows.
struct ResourceReference {
  Address address;
  std::string field;      // "id", or the id's own name: "job_id", "cluster_id"
  std::size_t begin = 0;  // byte offsets of "${" and past "}" in the string
  std::size_t end = 0;
};

/// All references in one string, in order.
std::vector<ResourceReference> find_references(std::string_view text);

/// The addresses that a body refers to, sorted, without repeats.
std::vector<Address> referenced_addresses(const Json& body);

/// The value of a reference, or nothing when it is not known yet.
using IdLookup = std::function<std::optional<std::string>(const ResourceReference&)>;

/// The body with every known reference replaced. In a member named job_id the id becomes a number:
/// job ids are the only integer ids of the API.
Json substitute(const Json& body, const IdLookup& lookup);

/// Whether a value still holds a reference.
bool holds_reference(const Json& value);

}  // namespace dbplan

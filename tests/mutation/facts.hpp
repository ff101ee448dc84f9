#pragma once

#include <span>
#include <string_view>

namespace dbplan::mutation {

/// What the API does with a field, in words that do not depend on how tables say it.
enum class Says {
  Default,        // left out, the server answers with `value`; another value is somebody's change
  Filled,         // left out, the server answers with whatever it chose
  OutputOnly,     // the server alone writes it
  NeverReturned,  // taken, and never shown again
  Secret,         // never returned, and must never be stored or shown
  ForcesNew,      // no call changes it: another object is needed
  JsonText,       // JSON in a string: spaces and order of members carry no meaning
  AnyCase,        // the answer may differ in letter case
  Set,            // a list whose order carries no meaning
  KeyedBy,        // a list whose items are told apart by the member `value`
  RefersTo,       // holds the id or path of one of the kind `value`
  Sizes,          // changing it alone resizes what runs
  Sends,          // the only fields that an update takes; this is one
  Spells,         // create calls it `value`
  Is              // a word of the API: an id's name, a call
};

struct Fact {
  std::string_view kind;  // "cluster spec": wherever a cluster is specified
  Says says;
  std::string_view path;
  std::string_view value = {};
};

/// Written down by hand from the documentation of the API, not from the tables.
std::span<const Fact> facts();

}  // namespace dbplan::mutation

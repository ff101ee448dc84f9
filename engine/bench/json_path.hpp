#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/json.hpp"
#include "engine/base/result.hpp"

namespace dbplan::bench {

/// A JSON path of the simple kind: "$", then any of ".name", "['name']", "[0]", "[*]", ".*".
class JsonPath {
 public:
  static Result<JsonPath> parse(std::string_view text);

  /// A value that the path leads to and the last key or index on the way.
  struct Match {
    std::string key;
    const Json* value;
  };
  /// In document order; object members by key. Valid as long as `document` is.
  std::vector<Match> select(const Json& document) const;

 private:
  struct Step {
    enum class Kind { Member, Index, All } kind;
    std::string name;
    std::size_t index = 0;
  };
  std::vector<Step> steps_;
};

}  // namespace dbplan::bench

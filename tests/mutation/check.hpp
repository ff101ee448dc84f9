#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "engine/model/kind.hpp"
#include "tests/mutation/facts.hpp"

namespace dbplan::mutation {

/// Whether the engine, with `kind` in place of the table of that name, behaves as the fact says.
/// `prefix` is put before its path: where a cluster specification stands in the body.
bool holds(const Fact& fact, const Kind& kind, std::string_view prefix = {});

/// Where cluster specifications stand in bodies of the kind.
std::vector<std::string_view> spec_prefixes(std::string_view kind);

/// A kind with one row of its table dropped.
struct Mutant {
  std::string row;  // "fields: tasks[*].run_if"
  Kind kind;
};

/// Makes them, and keeps the shortened tables that they point to.
class Mutants {
 public:
  explicit Mutants(const Kind& kind);
  const std::vector<Mutant>& all() const { return all_; }

 private:
  template <class Row, class Name>
  void drop_each(std::string_view table, std::span<const Row> Kind::* rows, Name name);
  void drop_words();

  const Kind& kind_;
  std::vector<Mutant> all_;
  std::deque<std::vector<FieldRule>> rules_;
  std::deque<std::vector<KeyedList>> lists_;
  std::deque<std::vector<Reference>> references_;
  std::deque<std::vector<Rename>> renames_;
  std::deque<std::vector<std::string_view>> words_;
};

/// The words of a kind by name, a call as "POST /path id=job_id body=settings items=jobs".
std::string word_of(const Kind& kind, std::string_view name);

}  // namespace dbplan::mutation

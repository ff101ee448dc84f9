#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "engine/cli/commands.hpp"
#include "engine/ledger/ledger_store.hpp"
#include "engine/live/live.hpp"
#include "engine/plan/plan.hpp"
#include "engine/report/plan_text.hpp"
#include "engine/spec/spec.hpp"

namespace CLI {
class App;
}

namespace dbplan {

/// Flags of every command that reads a spec.
struct SpecFlags {
  std::string path;
  std::string target;
  std::string profile;
  std::vector<std::string> variables;    // name=value
  std::string now = {};                  // RFC 3339; empty: the machine's clock
  std::vector<std::string> select = {};  // addresses or keys; empty: everything
  bool destroy = false;                  // plan for a spec without resources
  bool apply = false;                    // what is planned will be done: secrets must be known
  std::string plan_file = {};            // a saved plan is no part of what is planned
  bool skip_unsupported = false;         // left out with a warning instead of refused
};
void add_spec_flags(CLI::App& command, SpecFlags& flags);
void add_select_flag(CLI::App& command, SpecFlags& flags);

/// Where a spec lies.
struct SpecPlace {
  std::filesystem::path root;  // of the project
  std::string path;            // relative to the root
};
/// Without an argument: the current folder if it holds a bundle file, else specs/.
Result<SpecPlace> find_spec(const std::string& given);
Result<SpecOptions> spec_options(const Session& session, const SpecFlags& flags,
                                 const SpecPlace& place);

/// A checked spec; the problems are already reported.
struct LoadedSpec {
  std::unique_ptr<Tree> tree;
  SpecPtr spec;
  std::vector<Diagnostic> told;  // problems that the user has seen
};

/// Everything up to the server: reads and checks the spec. Reports what is wrong to session.err.
/// Error::Code::Invalid with an empty message: the diagnostics have said it all.
Result<LoadedSpec> load(Session& session, const SpecFlags& flags);
/// The same from any tree.
Result<LoadedSpec> load_from(Session& session, std::unique_ptr<Tree> tree,
                             const SpecOptions& options);

/// The spec with what the workspace knows; reports problems as load() does, each once.
Result<Desired> resolve_for(Session& session, LoadedSpec& loaded, const ServerFacts& facts);

/// A workspace to work on.
struct Opened {
  std::unique_ptr<Provider> provider;
  Identity identity;
  bool local = false;
};
Result<Opened> open_workspace(Session& session, const SpecWorkspace& spec,
                              const std::string& profile);

/// Who we are there, and the ids of what the spec looks up by name.
Result<ServerFacts> server_facts(const LoadedSpec& loaded, const Opened& workspace);

/// All that a plan is made of.
struct Prepared {
  Opened workspace;
  Desired desired;
  Ledger ledger;
  Live live;
  Plan plan;
};

/// load → connect → resolve → read the ledger → observe → plan. Sends no mutating request.
Result<Prepared> prepare(Session& session, const SpecFlags& flags);

/// Reads ledger and workspace again and plans anew.
Result<> replan(Session& session, const SpecFlags& flags, Prepared& prepared);

PlanFrame frame_of(const Prepared& prepared);
TextStyle style_of(const Session& session);
void print_receipt(Session& session, const Provider& provider);

}  // namespace dbplan

#include <CLI/CLI.hpp>
#include <ostream>

#include "engine/cli/prepare.hpp"
#include "engine/report/graph_text.hpp"

namespace dbplan {
namespace {

struct GraphFlags {
  SpecFlags spec;
  std::string format = "text";
  bool json = false;
};

Result<> graph_command(Session& session, const GraphFlags& flags) {
  LoadedSpec loaded = TRY(load(session, flags.spec));
  const Graph graph = graph_of(TRY(resolve_for(session, loaded, {})));
  if (flags.json)
    *session.out << pretty(graph_json(graph)) << "\n";
  else if (flags.format == "dot")
    *session.out << graph_dot(graph);
  else if (flags.format == "mermaid")
    *session.out << graph_mermaid(graph);
  else
    *session.out << graph_text(graph);
  return {};
}

}  // namespace

void add_graph_command(CLI::App& app, Session& session) {
  auto flags = std::make_shared<GraphFlags>();
  CLI::App* command =
      app.add_subcommand("graph", "Show what needs what in a spec, without any server");
  add_spec_flags(*command, flags->spec);
  command->add_option("--format", flags->format, "text, dot (Graphviz) or mermaid (Markdown)")
      ->check(CLI::IsMember({"text", "dot", "mermaid"}))
      ->capture_default_str();
  command->add_flag("--json", flags->json, "print nodes and what they need as JSON");
  command->footer("Examples:\n  dbplan graph specs/\n  dbplan graph --format dot | dot -Tsvg");
  command->callback([&session, flags] {
    if (auto done = graph_command(session, *flags); !done) report_error(session, done.error());
  });
}

}  // namespace dbplan

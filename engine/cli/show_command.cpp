#include <CLI/CLI.hpp>
#include <ostream>

#include "engine/cli/prepare.hpp"
#include "engine/report/plan_json.hpp"

namespace dbplan {
namespace {

struct ShowFlags {
  SpecFlags spec;
  std::string address;
  bool json = false;
};

Json shown(const Prepared& prepared, const Change& change) {
  Json json = {{"address", change.address.text()}, {"action", action_name(change.action)}};
  if (!change.reason.empty()) json["reason"] = change.reason;
  if (!change.id.empty()) json["id"] = change.id;
  if (const Resource* resource = prepared.desired.find(change.address)) {
    const RuleNode rules = index_rules(*resource->kind);
    json["wanted"] = showable(resource->body, &rules);
    if (!resource->source.empty()) json["source"] = resource->source;
    if (resource->where.line > 0)
      json["declared"] = resource->where.file + ":" + std::to_string(resource->where.line);
    for (const Address& needed : resource->depends_on) json["depends_on"].push_back(needed.text());
  }
  if (const LiveResource* live = prepared.live.find(change.address)) {
    json["live"] = live->body;
    json["facts"] = live->facts;
  }
  if (const LedgerEntry* entry = prepared.ledger.find(change.address))
    json["applied_at"] = entry->applied_at;
  return json;
}

Result<> show_command(Session& session, const ShowFlags& flags) {
  const Prepared prepared = TRY(prepare(session, flags.spec));
  Json list = Json::array();
  for (const Change& change : prepared.plan.changes) {
    if (!flags.address.empty() && change.address.text() != flags.address) continue;
    if (flags.json || !flags.address.empty())
      list.push_back(shown(prepared, change));
    else
      *session.out << change.address.text() << "  "
                   << (change.id.empty() ? "(not there)" : change.id)
                   << (change.action == Action::Keep
                           ? ""
                           : "  to " + std::string(action_name(change.action)))
                   << "\n";
  }
  if (!flags.address.empty() && list.empty())
    return fail(Error::Code::NotFound, "neither the spec nor the workspace has " + flags.address);
  if (!flags.address.empty())
    *session.out << pretty(list[0]) << "\n";
  else if (flags.json)
    *session.out << pretty({{"resources", list}}) << "\n";
  print_receipt(session, *prepared.workspace.provider);
  return {};
}

}  // namespace

void add_show_command(CLI::App& app, Session& session) {
  auto flags = std::make_shared<ShowFlags>();
  CLI::App* command = app.add_subcommand("show", "Show what is deployed, or one address in full");
  add_spec_flags(*command, flags->spec);
  command->add_option("--address", flags->address, "one address, e.g. jobs.nightly");
  command->add_flag("--json", flags->json, "print everything as JSON");
  command->callback([&session, flags] {
    if (auto done = show_command(session, *flags); !done) report_error(session, done.error());
  });
}

}  // namespace dbplan

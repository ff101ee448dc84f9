#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "engine/base/text.hpp"
#include "engine/cli/import_claim.hpp"
#include "engine/cli/overlay_tree.hpp"
#include "engine/cli/prepare.hpp"
#include "engine/import/collect.hpp"
#include "engine/import/write_spec.hpp"
#include "engine/review/git_work_tree.hpp"

namespace dbplan {
namespace {

namespace fs = std::filesystem;

struct ImportFlags {
  SpecFlags spec;  // its path is the folder that is written to
  ImportWish wish;
  bool auto_approve = false, no_claim = false, force = false, json = false;
};

/// What stands in the folder already: none, or the spec that the import adds to.
bool has_spec(const fs::path& folder) {
  return fs::exists(folder / "dbplan.yml") || fs::exists(folder / "databricks.yml");
}

Result<> check_flags(const ImportFlags& flags) {
  const ImportWish& wish = flags.wish;
  if (wish.all == !wish.objects.empty())
    return fail(Error::Code::Invalid,
                "name what to import, e.g. jobs/123 or notebooks:/Users/me/etl, or say --all");
  if (!wish.all && !(wish.path.empty() && wish.tag.empty() && wish.name.empty()))
    return fail(Error::Code::Invalid, "--path, --tag and --name choose among --all");
  return {};
}

Result<> check_overwrites(const fs::path& folder, const WrittenSpec& spec, bool force) {
  std::string taken;
  for (const auto& [path, text] : spec.files)
    if (fs::exists(folder / path)) taken += "\n  " + (folder / path).string();
  if (taken.empty() || force) return {};
  return fail(Error::Code::Exists,
              "these files exist already; nothing was written (--force overwrites them):" + taken);
}

Result<> write_files(const fs::path& folder, const WrittenSpec& spec) {
  for (const auto& [path, text] : spec.files) {
    std::error_code problem;
    fs::create_directories((folder / path).parent_path(), problem);
    std::ofstream file(folder / path, std::ios::binary | std::ios::trunc);
    file << text;
    file.close();
    if (!file) return fail(Error::Code::Invalid, "cannot write " + (folder / path).string());
  }
  return {};
}

std::set<Address> addresses_of(const WrittenSpec& spec, const Desired& desired,
                               const std::string& folder) {
  std::set<Address> addresses;
  for (const auto& [address, item] : spec.objects) addresses.insert(address);
  const std::size_t skip = folder.empty() ? 0 : folder.size() + 1;
  for (const Resource& resource : desired.resources)
    if (resource.content && resource.source.size() > skip &&
        spec.files.contains(resource.source.substr(skip)))
      addresses.insert(resource.address);
  return addresses;
}

/// Loads the spec as it will stand on disk and plans it, each object adopted.
Result<> plan_written(Session& session, const ImportFlags& flags, const SpecPlace& place,
                      const WrittenSpec& spec, Prepared& prepared) {
  std::map<std::string, std::string> files;
  for (const auto& [path, text] : spec.files)
    files[place.path.empty() ? path : place.path + "/" + path] = text;
  const SpecOptions options = TRY(spec_options(session, flags.spec, place));
  LoadedSpec loaded =
      TRY(load_from(session,
                    std::make_unique<OverlayTree>(
                        open_disk_tree(place.root, work_tree_ignored(place.root)), files),
                    options));
  const ServerFacts facts = TRY(server_facts(loaded, prepared.workspace));
  prepared.desired = TRY(resolve_for(session, loaded, facts));
  prepared.desired.user_name = prepared.workspace.identity.user_name;
  for (const auto& [address, item] : spec.objects) {
    const auto resource =
        std::ranges::find(prepared.desired.resources, address, &Resource::address);
    if (resource == prepared.desired.resources.end())
      return fail(Error::Code::Invalid, "the spec there does not include resources/" +
                                            address.kind +
                                            ".yml; add to it: include: [resources/*.yml]");
    resource->adopt = Adoption{.id = item.id, .name = {}};
  }
  return replan(session, flags.spec, prepared);
}

void print_summary(Session& session, const fs::path& folder, const WrittenSpec& spec,
                   const Claim& claim, const Collected& collected) {
  std::ostream& out = *session.err;
  out << "From " << counted(collected.objects.size(), "object") << " and "
      << counted(collected.notebooks.size(), "notebook") << ", "
      << counted(spec.files.size(), "file") << " in " << folder.lexically_normal().string()
      << ":\n";
  for (const auto& [path, text] : spec.files) out << "  " << visible(path) << "\n";
  for (const std::string& text : collected.left_out)
    out << "warning: left out: " << visible(text) << "\n";
  out << "note: permissions and secrets are not imported\n";
  for (const std::string& text : claim.differs)
    out << "warning: could not be said in full, and the next plan will show it: " << visible(text)
        << "\n";
}

/// Whether the objects become the deployment's now.
bool may_claim(Session& session, const ImportFlags& flags, const Claim& claim,
               const std::string& root_path) {
  if (flags.no_claim || claim.plan.changes.empty()) return false;
  if (flags.auto_approve) return true;
  const std::string what = "add the tag \"dbplan\" to " + counted(claim.stamped.size(), "object") +
                           " and remember " + counted(claim.remembered.size(), "other") +
                           " below " + visible(root_path);
  if (!session.in_is_terminal || !session.out_is_terminal) {
    *session.err << "Not claimed: --auto-approve would " << what
                 << ". Until then the spec says which objects it adopts.\n";
    return false;
  }
  *session.err << "To make them this deployment's, dbplan will " << what
               << ". Only \"yes\" is taken for yes: " << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "yes";
}

Json summary_json(const WrittenSpec& spec, const Claim& claim, bool claimed,
                  const Collected& collected) {
  Json files = Json::array(), resources = Json::array();
  for (const auto& [path, text] : spec.files) files.push_back(path);
  for (const Change& change : claim.plan.changes)
    resources.push_back(
        {{"address", change.address.text()}, {"id", change.id}, {"claimed", claimed}});
  return {{"files", std::move(files)},
          {"resources", std::move(resources)},
          {"left_out", collected.left_out},
          {"differs", claim.differs}};
}

/// Claims, and takes the `adopt` blocks of what carries our tag now out of the files.
Result<> claim_now(Session& session, const ImportFlags& flags, const Claim& claim,
                   const Collected& collected, const std::string& name, Prepared& prepared) {
  const auto failed = TRY(carry_out_claim(session, prepared, claim));
  if (!failed.empty()) {
    std::string message = "not everything was claimed; dbplan apply goes on from here:";
    for (const std::string& text : failed) message += "\n  " + text;
    return fail(Error::Code::Conflict, message);
  }
  TRY_VOID(write_files(flags.spec.path, write_spec(collected, name, claim.stamped)));
  TRY_VOID(replan(session, flags.spec, prepared));
  std::set<Address> claimed = claim.stamped;
  claimed.insert(claim.remembered.begin(), claim.remembered.end());
  const auto left = std::ranges::count_if(prepared.plan.changes, [&](const Change& change) {
    return claimed.contains(change.address) && change.action != Action::Keep;
  });
  *session.err << "Claimed " << counted(claimed.size(), "object") << ". "
               << (left == 0 ? "The next plan of them is empty.\n"
                             : "dbplan plan shows what is left to do.\n");
  return {};
}

Result<> import_command(Session& session, ImportFlags flags) {
  TRY_VOID(check_flags(flags));
  const fs::path folder = flags.spec.path;
  std::error_code problem;
  fs::create_directories(folder, problem);
  const SpecPlace place = TRY(find_spec(flags.spec.path));
  SpecWorkspace named;
  std::string bundle = slug(fs::absolute(folder).lexically_normal().filename().string());
  if (bundle.empty()) bundle = "imported";
  if (has_spec(folder)) {
    named = spec_workspace(*TRY(load(session, flags.spec)).spec);
    bundle.clear();
  }
  Prepared prepared;
  prepared.workspace = TRY(open_workspace(session, named, flags.spec.profile));
  const Collected collected = TRY(collect(flags.wish, session.kinds, *prepared.workspace.provider));
  if (collected.objects.empty() && collected.notebooks.empty()) {
    for (const std::string& text : collected.left_out) *session.err << visible(text) << "\n";
    return fail(Error::Code::NotFound, "there is nothing to import");
  }
  std::set<Address> all;
  for (const auto& [address, item] : write_spec(collected, bundle, {}).objects) all.insert(address);
  const WrittenSpec spec = write_spec(collected, bundle, all);
  TRY_VOID(check_overwrites(folder, spec, flags.force));
  TRY_VOID(plan_written(session, flags, place, spec, prepared));
  const Claim claim = make_claim(prepared, addresses_of(spec, prepared.desired, place.path));
  print_summary(session, folder, spec, claim, collected);
  const bool claims = may_claim(session, flags, claim, prepared.desired.root_path);
  // Until the claim is done, the files say what they adopt: a run that is cut off loses nothing.
  TRY_VOID(write_files(folder, write_spec(collected, bundle, {})));
  if (claims) TRY_VOID(claim_now(session, flags, claim, collected, bundle, prepared));
  if (flags.json)
    *session.out << pretty(summary_json(spec, claim, claims, collected)) << "\n";
  else
    *session.out << "Wrote " << counted(spec.files.size(), "file") << ". Next: dbplan plan "
                 << folder.string() << "\n";
  print_receipt(session, *prepared.workspace.provider);
  return {};
}

}  // namespace

void add_import_command(CLI::App& app, Session& session) {
  auto flags = std::make_shared<ImportFlags>();
  flags->spec.path = ".";
  CLI::App* command = app.add_subcommand(
      "import", "Write the spec of what exists in a workspace, such that its plan is empty");
  ImportWish& wish = flags->wish;
  command->add_option("objects", wish.objects,
                      "kind/id, or notebooks:/path of a notebook or a folder");
  command->add_flag("--all", wish.all, "everything that dbplan does not manage yet");
  command->add_option("--path", wish.path, "of --all: notebooks below this, and what runs them");
  command->add_option("--tag", wish.tag, "of --all: what has this tag, key=value or key");
  command->add_option("--name", wish.name, "of --all: what has such a name, e.g. \"etl-*\"");
  command->add_option("--out", flags->spec.path, "folder to write to")->capture_default_str();
  command->add_option("-t,--target", flags->spec.target, "target of the spec that is there");
  command->add_option("-p,--profile", flags->spec.profile, "profile of ~/.databrickscfg");
  command->add_flag("--auto-approve", flags->auto_approve, "claim the objects without asking");
  command->add_flag("--no-claim", flags->no_claim,
                    "change nothing in the workspace; the spec says what it adopts");
  command->add_flag("--force", flags->force, "overwrite files");
  command->add_flag("--json", flags->json, "print what was written as JSON");
  command->footer(
      "Examples:\n  dbplan import jobs/123 --out shop\n  dbplan import --all --tag team=etl --out "
      "etl");
  command->callback([&session, flags] {
    if (auto done = import_command(session, *flags); !done) report_error(session, done.error());
  });
}

}  // namespace dbplan

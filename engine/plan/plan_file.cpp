#include "engine/plan/plan_file.hpp"

#include "engine/base/digest.hpp"

namespace dbplan {
namespace {

constexpr std::string_view kFormat = "dbplan.saved_plan";
constexpr std::int64_t kVersion = 1;

Json seal_json(const PlanSeal& seal) {
  return {{"spec_path", seal.spec_path}, {"select", seal.select},
          {"destroy", seal.destroy},     {"bundle", seal.bundle},
          {"target", seal.target},       {"root_path", seal.root_path},
          {"host", seal.host},           {"desired", seal.desired},
          {"changes", seal.changes},     {"fingerprints", seal.fingerprints}};
}

}  // namespace

PlanSeal seal_plan(const std::string& host, const Plan& plan, const Desired& desired,
                   const Live& live) {
  PlanSeal seal{.spec_path = {},
                .select = {},
                .bundle = plan.bundle,
                .target = plan.target,
                .root_path = plan.root_path,
                .host = host,
                .desired = {},
                .fingerprints = {},
                .changes = {}};
  std::string wanted;
  for (const Resource& resource : desired.resources) {
    const RuleNode rules = index_rules(*resource.kind);
    wanted += resource.address.text() + "\n" + canonical(showable(resource.body, &rules)) + "\n" +
              sha256_hex(resource.content.value_or("")) + "\n";
  }
  seal.desired = sha256_hex(wanted);
  std::string changes;
  for (const Change& change : plan.changes) {
    changes += change.address.text() + " " + std::string(action_name(change.action)) + " " +
               change.id + "\n";
    const LiveResource* found = live.find(change.address);
    if (!found) continue;
    const Json body =
        found->body.is_object() ? storable(found->body, index_rules(*change.kind)) : Json();
    seal.fingerprints[change.address.text()] = sha256_hex(canonical(body) + found->content_hash);
  }
  seal.changes = sha256_hex(changes);
  return seal;
}

Json plan_file_json(const Json& plan_for_machines, const PlanSeal& seal) {
  Json file = {{"format", kFormat},
               {"version", kVersion},
               {"plan", plan_for_machines},
               {"seal", seal_json(seal)}};
  file["digest"] = sha256_hex(canonical(file));
  return file;
}

Result<PlanSeal> read_plan_file(const std::string& text) {
  auto file = parse_json(text);
  if (!file)
    return fail(Error::Code::Invalid, "it is truncated or no plan at all: " + file.error().message);
  if (text_at(*file, "format") != kFormat)
    return fail(Error::Code::Invalid, "it is no saved plan of dbplan");
  if (int_at(*file, "version") != kVersion)
    return fail(Error::Code::Invalid,
                "it has format version " + std::to_string(int_at(*file, "version")) +
                    ", this dbplan applies version " + std::to_string(kVersion) +
                    "; plan again with this dbplan");
  const std::string digest = text_at(*file, "digest");
  file->erase("digest");
  if (sha256_hex(canonical(*file)) != digest)
    return fail(Error::Code::Invalid,
                "its digest does not match: it was damaged or edited; plan again");
  const Json& seal = at_or_null(*file, "seal");
  PlanSeal saved{.spec_path = text_at(seal, "spec_path"),
                 .select = {},
                 .destroy = at_or_null(seal, "destroy") == Json(true),
                 .bundle = text_at(seal, "bundle"),
                 .target = text_at(seal, "target"),
                 .root_path = text_at(seal, "root_path"),
                 .host = text_at(seal, "host"),
                 .desired = text_at(seal, "desired"),
                 .fingerprints = {},
                 .changes = text_at(seal, "changes")};
  for (const Json& pattern : at_or_null(seal, "select"))
    if (pattern.is_string()) saved.select.push_back(pattern.get<std::string>());
  for (const auto& [address, digest_text] : at_or_null(seal, "fingerprints").items())
    if (digest_text.is_string()) saved.fingerprints[address] = digest_text.get<std::string>();
  return saved;
}

std::string stale_reason(const PlanSeal& saved, const PlanSeal& now) {
  if (saved.bundle != now.bundle)
    return "it was made for the bundle " + saved.bundle + ", this spec is " + now.bundle;
  if (saved.target != now.target)
    return "it was made for the target " + saved.target + ", not " + now.target;
  if (saved.host != now.host) return "it was made for " + saved.host + ", not " + now.host;
  if (saved.root_path != now.root_path)
    return "it was made for the deployment at " + saved.root_path + ", not " + now.root_path;
  if (saved.desired != now.desired)
    return "the spec, its notebooks or its variables are not what was planned";
  for (const auto& [address, fingerprint] : saved.fingerprints) {
    const auto current = now.fingerprints.find(address);
    if (current == now.fingerprints.end())
      return address + " has been deleted in the workspace since";
    if (current->second != fingerprint) return address + " has been changed in the workspace since";
  }
  for (const auto& [address, fingerprint] : now.fingerprints)
    if (!saved.fingerprints.contains(address))
      return address + " has appeared in the workspace since";
  return saved.changes == now.changes ? "" : "the plan would be another one now";
}

}  // namespace dbplan

#include "engine/cli/lookups.hpp"

#include <algorithm>
#include <vector>

#include "engine/base/page_tokens.hpp"
#include "engine/base/text.hpp"

namespace dbplan {
namespace {

/// How one type of thing is found by its name. `{name}` in the path is the name, escaped.
struct Finder {
  std::string_view type, noun, path, items, name, id;
};
// Sources: the APIs of each; service principals are called by their application id.
constexpr Finder kFinders[] = {
    {"alert", "alert", "/api/2.0/sql/alerts?page_size=100", "results", "display_name", "id"},
    {"cluster", "cluster",
     "/api/2.1/clusters/list?page_size=100&filter_by.cluster_sources=API"
     "&filter_by.cluster_sources=UI",
     "clusters", "cluster_name", "cluster_id"},
    {"cluster_policy", "cluster policy", "/api/2.0/policies/clusters/list", "policies", "name",
     "policy_id"},
    {"dashboard", "dashboard", "/api/2.0/lakeview/dashboards?page_size=100", "dashboards",
     "display_name", "dashboard_id"},
    {"instance_pool", "instance pool", "/api/2.0/instance-pools/list", "instance_pools",
     "instance_pool_name", "instance_pool_id"},
    {"job", "job", "/api/2.2/jobs/list?limit=100&name={name}", "jobs", "settings.name", "job_id"},
    {"metastore", "metastore", "/api/2.1/unity-catalog/metastores", "metastores", "name",
     "metastore_id"},
    {"notification_destination", "notification destination",
     "/api/2.0/notification-destinations?page_size=100", "results", "display_name", "id"},
    {"pipeline", "pipeline", "/api/2.0/pipelines?max_results=100", "statuses", "name",
     "pipeline_id"},
    {"query", "query", "/api/2.0/sql/queries?page_size=100", "results", "display_name", "id"},
    {"service_principal", "service principal",
     "/api/2.0/preview/scim/v2/ServicePrincipals?filter=displayName%20eq%20%22{name}%22",
     "Resources", "displayName", "applicationId"},
    {"warehouse", "SQL warehouse", "/api/2.0/sql/warehouses", "warehouses", "name", "id"},
};

std::string escaped(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                       std::string_view("-._~").find(c) != std::string_view::npos;
    if (plain) {
      result += c;
    } else {
      result += '%';
      result += kDigits[byte >> 4];
      result += kDigits[byte & 15];
    }
  }
  return result;
}

std::string request_path(const Finder& finder, const std::string& name) {
  std::string path(finder.path);
  if (const std::size_t at = path.find("{name}"); at != std::string::npos)
    path.replace(at, 6, escaped(name));
  return path;
}

std::string name_of(const Finder& finder, const Json& item) {
  const std::size_t dot = finder.name.find('.');
  if (dot == std::string_view::npos) return text_at(item, finder.name);
  return text_at(at_or_null(item, finder.name.substr(0, dot)), finder.name.substr(dot + 1));
}

/// The ids of everything of that name; all pages are read, because a name may occur twice.
Result<std::vector<std::string>> ids_of(const Finder& finder, const std::string& name,
                                        Provider& provider) {
  std::vector<std::string> ids;
  const std::string path = request_path(finder, name);
  PageTokens pages;
  do {
    const std::string& token = pages.current();
    const std::string page = token.empty()
                                 ? path
                                 : path + (path.find('?') == std::string::npos ? "?" : "&") +
                                       "page_token=" + escaped(token);
    const Json answer = TRY(provider.request("GET", page, Json(), true));
    TRY_VOID(pages.take("GET " + path, answer));
    for (const Json& item : at_or_null(answer, finder.items)) {
      if (name_of(finder, item) != name) continue;
      const Json& id = at_or_null(item, finder.id);
      if (!id.is_string() && !id.is_number_integer())
        return fail(Error::Code::Unclear, "GET " + path + ": the answer is malformed: " +
                                              std::string(finder.id) + ": expected an id");
      ids.push_back(id.is_string() ? id.get<std::string>() : canonical(id));
    }
  } while (!pages.current().empty());
  return ids;
}

Result<std::string> only_id(const SpecLookup& lookup, Provider& provider) {
  const auto finder = std::ranges::find(kFinders, lookup.type, &Finder::type);
  const std::string where = lookup.where.file + ":" + std::to_string(lookup.where.line) +
                            ": the variable \"" + lookup.variable + "\"";
  if (finder == std::end(kFinders))
    return fail(Error::Code::Invalid, where + " looks for a " + lookup.type + ", which is unknown");
  auto ids = ids_of(*finder, lookup.name, provider);
  if (!ids)
    return fail(std::move(ids.error())
                    .in(where + " looks for the " + std::string(finder->noun) + " \"" +
                        lookup.name + "\""));
  if (ids->size() == 1) return ids->front();
  const std::string what = std::string(finder->noun) + " \"" + lookup.name + "\"";
  if (ids->empty())
    return fail(Error::Code::NotFound,
                where + " looks for the " + what + ", and the workspace has none that you can see");
  std::ranges::sort(*ids);
  std::string all;
  for (const std::string& id : *ids) all += (all.empty() ? "" : ", ") + id;
  return fail(Error::Code::Invalid, where + " looks for the " + what + ", and there are " +
                                        counted(ids->size(), "object") + " of that name (" + all +
                                        "): rename one, or set the variable to an id");
}

}  // namespace

Result<std::map<std::string, std::string>> find_ids(std::span<const SpecLookup> lookups,
                                                    Provider& provider) {
  std::map<std::string, std::string> ids;
  std::map<std::pair<std::string, std::string>, std::string> known;
  for (const SpecLookup& lookup : lookups) {
    const std::pair question(lookup.type, lookup.name);
    if (!known.contains(question)) known[question] = TRY(only_id(lookup, provider));
    ids[lookup.variable] = known[question];
  }
  return ids;
}

}  // namespace dbplan

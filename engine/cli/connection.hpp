#pragma once

#include "engine/cli/commands.hpp"
#include "engine/spec/spec.hpp"

namespace dbplan {

/// The workspace to talk to. The first of these that names one: DATABRICKS_HOST with
/// DATABRICKS_TOKEN; the profile of `profile_flag`, of DATABRICKS_CONFIG_PROFILE or of the spec;
/// the spec's host with a profile of that host; the DEFAULT profile; the running local
/// workspace. A host in the spec must agree with whatever is chosen. A token goes without
/// encryption to this machine only.
Result<Connection> find_connection(const Session& session, const SpecWorkspace& spec,
                                   const std::string& profile_flag);

/// Sections of an INI text such as ~/.databrickscfg; keys and values trimmed. Named sections do
/// not inherit from DEFAULT.
std::map<std::string, std::map<std::string, std::string>> parse_profiles(const std::string& text);

/// "https://" added when there is no scheme; path, query and trailing slash dropped.
std::string normalise_host(const std::string& host);

/// Whether a normalised host is a loopback address, or the name of one (RFC 6761, 6.3).
bool is_this_machine(const std::string& host);

}  // namespace dbplan

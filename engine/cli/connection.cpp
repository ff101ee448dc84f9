#include "engine/cli/connection.hpp"

#include <fstream>
#include <sstream>

namespace dbplan {
namespace {

using Profile = std::map<std::string, std::string>;
using Profiles = std::map<std::string, Profile>;

std::string trim(const std::string& text) {
  const std::size_t begin = text.find_first_not_of(" \t\r");
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

std::string config_path(const Session& session) {
  const std::string file = session.variable("DATABRICKS_CONFIG_FILE");
  return file.empty() ? session.variable("HOME") + "/.databrickscfg" : file;
}

Profiles read_profiles(const Session& session) {
  std::ifstream file(config_path(session));
  std::stringstream text;
  text << file.rdbuf();
  return file ? parse_profiles(text.str()) : Profiles{};
}

std::string value(const Profile& profile, const std::string& key) {
  const auto found = profile.find(key);
  return found == profile.end() ? "" : found->second;
}

Result<Connection> from_profile(const std::string& name, const Profile& profile,
                                const std::string& path) {
  const std::string host = value(profile, "host"), token = value(profile, "token");
  if (host.empty())
    return fail(Error::Code::Invalid, "profile " + name + " in " + path + " has no host");
  if (token.empty())
    return fail(Error::Code::Invalid,
                "profile " + name + " in " + path +
                    " has no token; dbplan logs in "
                    "with a personal access token for now: add a line \"token = ...\"");
  return Connection{
      .host = normalise_host(host), .token = token, .source = "profile " + name + " in " + path};
}

Result<Connection> named_profile(const Session& session, const std::string& name) {
  const Profiles profiles = read_profiles(session);
  const auto found = profiles.find(name);
  if (found == profiles.end())
    return fail(Error::Code::Invalid,
                "there is no profile " + name + " in " + config_path(session));
  return from_profile(name, found->second, config_path(session));
}

Result<Connection> from_environment(const Session& session) {
  const std::string host = normalise_host(session.variable("DATABRICKS_HOST"));
  const std::string token = session.variable("DATABRICKS_TOKEN");
  if (token.empty())
    return fail(Error::Code::Invalid,
                "DATABRICKS_HOST names " + host + ", but DATABRICKS_TOKEN is not set");
  return Connection{.host = host, .token = token, .source = "DATABRICKS_HOST and DATABRICKS_TOKEN"};
}

Result<Connection> from_spec_host(const Session& session, const std::string& host) {
  for (const auto& [name, profile] : read_profiles(session))
    if (normalise_host(value(profile, "host")) == host)
      return from_profile(name, profile, config_path(session));
  if (const std::string token = session.variable("DATABRICKS_TOKEN"); !token.empty())
    return Connection{
        .host = host, .token = token, .source = "the host of the spec and DATABRICKS_TOKEN"};
  return fail(Error::Code::Invalid, "the spec names " + host +
                                        ", but there are no credentials for it: set "
                                        "DATABRICKS_TOKEN or add a profile to " +
                                        config_path(session));
}

Result<Connection> choose(const Session& session, const SpecWorkspace& spec,
                          const std::string& profile_flag) {
  if (!profile_flag.empty()) return named_profile(session, profile_flag);
  if (!session.variable("DATABRICKS_HOST").empty()) return from_environment(session);
  if (const std::string name = session.variable("DATABRICKS_CONFIG_PROFILE"); !name.empty())
    return named_profile(session, name);
  if (!spec.profile.empty()) return named_profile(session, spec.profile);
  if (!spec.host.empty()) return from_spec_host(session, normalise_host(spec.host));
  const Profiles profiles = read_profiles(session);
  if (const auto found = profiles.find("DEFAULT");
      found != profiles.end() && found->second.contains("host"))
    return from_profile("DEFAULT", found->second, config_path(session));
  if (const auto local = session.local->running(session.local->default_dir()))
    return Connection{.host = local->url,
                      .token = local->token,
                      .local = true,
                      .source = "the running local workspace"};
  return fail(Error::Code::Invalid,
              "no workspace is named and no local one is running: set DATABRICKS_HOST and "
              "DATABRICKS_TOKEN, "
              "name a --profile, or try without an account: dbplan workspace start");
}

}  // namespace

Profiles parse_profiles(const std::string& text) {
  Profiles profiles;
  std::istringstream lines(text);
  std::string section = "DEFAULT";
  for (std::string line; std::getline(lines, line);) {
    line = trim(line);
    if (line.empty() || line[0] == '#' || line[0] == ';') continue;
    if (line.front() == '[' && line.back() == ']') {
      section = trim(line.substr(1, line.size() - 2));
      continue;
    }
    const std::size_t equals = line.find('=');
    if (equals == std::string::npos) continue;
    std::string text_value = line.substr(equals + 1);
    if (const std::size_t comment = text_value.find(" #"); comment != std::string::npos)
      text_value.resize(comment);
    profiles[section][trim(line.substr(0, equals))] = trim(text_value);
  }
  return profiles;
}

std::string normalise_host(const std::string& host) {
  if (host.empty()) return "";
  const std::size_t scheme = host.find("://");
  const std::string with_scheme = scheme == std::string::npos ? "https://" + host : host;
  const std::size_t end = with_scheme.find_first_of("/?", with_scheme.find("://") + 3);
  return with_scheme.substr(0, end);
}

bool is_this_machine(const std::string& host) {
  std::string name = host.substr(host.find("://") + 3);
  if (name.contains('@')) return false;  // what stands before it is a user
  if (name.starts_with('[')) return name.starts_with("[::1]");
  name = name.substr(0, name.find(':'));
  if (name == "localhost" || name.ends_with(".localhost")) return true;
  // A name such as 127.example.com is not an address.
  return name.starts_with("127.") && name.find_first_not_of("0123456789.") == std::string::npos;
}

Result<Connection> find_connection(const Session& session, const SpecWorkspace& spec,
                                   const std::string& profile_flag) {
  Connection connection = TRY(choose(session, spec, profile_flag));
  const std::string wanted = normalise_host(spec.host);
  if (!wanted.empty() && wanted != connection.host)
    return fail(Error::Code::Invalid, "the spec is for " + wanted +
                                          ", but the credentials are for " + connection.host +
                                          ": nothing was sent; choose another --profile or target");
  if (connection.host.starts_with("http://") && !is_this_machine(connection.host))
    return fail(Error::Code::Invalid,
                connection.host + " (" + connection.source +
                    ") is not encrypted: anybody on the way could read the token; nothing was "
                    "sent. Use https://");
  return connection;
}

}  // namespace dbplan

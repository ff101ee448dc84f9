#include "engine/cli/connection.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace dbplan;

TEST_CASE("hosts are compared without path, with a scheme") {
  CHECK(normalise_host("adb-1.azuredatabricks.net/?o=1") == "https://adb-1.azuredatabricks.net");
  CHECK(normalise_host("http://127.0.0.1:8080/") == "http://127.0.0.1:8080");
  CHECK(normalise_host("").empty());
}

TEST_CASE("this machine is what loopback addresses name, and nothing that looks like one") {
  for (const std::string here :
       {"http://127.0.0.1:8080", "http://127.8.9.1", "http://localhost", "http://localhost:1",
        "http://db.localhost:80", "http://[::1]:8080", "http://[::1]"})
    CHECK_MESSAGE(is_this_machine(here), here);
  for (const std::string elsewhere :
       {"http://example.com", "http://127.0.0.1.example.com", "http://127.example.com",
        "http://localhost.example.com", "http://mylocalhost", "http://10.0.0.1", "http://[::2]",
        "http://user@example.com", "http://localhost@example.com",
        "http://localhost:1@example.com"})
    CHECK_MESSAGE(!is_this_machine(elsewhere), elsewhere);
}

TEST_CASE("profiles are read as INI texts write them") {
  const auto profiles = parse_profiles(
      "host = https://one # where\n\n[two]\n; a comment\nhost=https://two\ntoken = a=b\n");
  CHECK(profiles.at("DEFAULT").at("host") == "https://one");
  CHECK(profiles.at("two").at("token") == "a=b");
  CHECK(!profiles.at("two").contains("comment"));
}

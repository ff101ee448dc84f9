#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/fuzz/targets.hpp"

namespace {

namespace fs = std::filesystem;

struct Target {
  const char* name;
  void (*run)(std::string_view);
};

#define DBPLAN_ROW(name) {#name, dbplan::fuzz::fuzz_##name},
constexpr Target kTargets[] = {DBPLAN_FUZZ_TARGETS(DBPLAN_ROW)};
#undef DBPLAN_ROW

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("fuzz: every input of the kept corpus holds its target's properties") {
  for (const Target& target : kTargets) {
    CAPTURE(target.name);
    const fs::path folder = fs::path(DBPLAN_CORPUS) / target.name;
    REQUIRE(fs::is_directory(folder));
    int inputs = 0;
    for (const auto& entry : fs::directory_iterator(folder)) {
      ++inputs;
      CAPTURE(entry.path().filename().string());
      CHECK_NOTHROW(target.run(read(entry.path())));
    }
    CHECK(inputs > 0);
  }
}

TEST_CASE("fuzz: every folder of the corpus belongs to a target") {
  for (const auto& entry : fs::directory_iterator(DBPLAN_CORPUS)) {
    CAPTURE(entry.path().filename().string());
    CHECK(std::ranges::any_of(
        kTargets, [&](const Target& target) { return entry.path().filename() == target.name; }));
  }
}

#include <doctest/doctest.h>

#include "engine/report/graph_text.hpp"
#include "tests/support/world.hpp"

using namespace dbplan;

namespace {

Graph sample() {
  test::World world;
  world.spec("clusters.small", R"({"cluster_name": "small one"})");
  world.spec("jobs.a", R"({"name": "a"})").depends_on = {{"clusters", "small"},
                                                         {"notebooks", "load"}};
  world.spec("jobs.b", R"({"name": "b"})").depends_on = {{"jobs", "a"}, {"notebooks", "load"}};
  world.spec("notebooks.load", R"({"path": "/x/load"})").depends_on = {{"notebooks", "util"}};
  world.spec("notebooks.util", R"({"path": "/x/util"})");
  world.spec("schedules.daily", R"({"job": "b"})").carrier = Address{"jobs", "b"};
  return graph_of(world.desired);
}

Graph named(const std::string& key) {
  Graph graph;
  graph.nodes.push_back({.address = {"jobs", key}, .name = key, .needs = {}});
  return graph;
}

}  // namespace

TEST_CASE("the tree shows each node once, and says where the rest of it stands") {
  CHECK(graph_text(sample()) == R"(schedules.daily
└─ jobs.b
   ├─ jobs.a
   │  ├─ clusters.small  "small one"
   │  └─ notebooks.load  "/x/load"
   │     └─ notebooks.util  "/x/util"
   └─ notebooks.load (above)
)");
}

TEST_CASE("DOT and Mermaid have one line for each node and each edge") {
  const std::string dot = graph_dot(sample()), mermaid = graph_mermaid(sample());
  CHECK(dot.find("  n0 [label=\"clusters.small\"];\n") != std::string::npos);
  CHECK(dot.find("  n5 -> n2;\n") != std::string::npos);
  CHECK(std::ranges::count(dot, '>') == 6);
  CHECK(mermaid.find("  n5 --> n2\n") != std::string::npos);
  CHECK(std::ranges::count(mermaid, '\n') == 13);
}

TEST_CASE("a hostile name stays inside of its quotes") {
  CHECK(graph_dot(named("a\"]; n9 [label=\"b\\")).find(R"("jobs.a\"]; n9 [label=\"b\\")") !=
        std::string::npos);
  CHECK(graph_dot(named("a\nb")).find("a\nb") == std::string::npos);
  const std::string mermaid = graph_mermaid(named("a\"]<script>#;"));
  CHECK(mermaid == "flowchart LR\n  n0[\"jobs.a#34;#93;#60;script#62;#35;#59;\"]\n");
  CHECK(graph_text(named("a\x1b[31m")).find('\x1b') == std::string::npos);
}

TEST_CASE("a circle without a top is shown all the same") {
  Graph graph;
  graph.nodes = {{.address = {"jobs", "a"}, .name = {}, .needs = {1}},
                 {.address = {"jobs", "b"}, .name = {}, .needs = {0}}};
  CHECK(graph_text(graph) == "jobs.a\n└─ jobs.b\n   └─ jobs.a (above)\n");
}

#pragma once

#include <string>
#include <vector>

#include "engine/base/json.hpp"
#include "engine/model/resource.hpp"

namespace dbplan {

/// Who needs whom, by place in `nodes`.
struct Graph {
  struct Node {
    Address address;
    std::string name;                // for people: job name, notebook path; may be empty
    std::vector<std::size_t> needs;  // sorted
  };
  std::vector<Node> nodes;  // sorted by address
};

/// The resources of a spec with their references, schedules with their jobs, permissions with what
/// they belong to.
Graph graph_of(const Desired& desired);

/// An indented tree from what nobody needs down; a node that was shown is "(above)" from then on.
std::string graph_text(const Graph& graph);
/// Graphviz; arrows point from what needs to what is needed.
std::string graph_dot(const Graph& graph);
/// A Mermaid flowchart, for Markdown.
std::string graph_mermaid(const Graph& graph);
Json graph_json(const Graph& graph);

}  // namespace dbplan

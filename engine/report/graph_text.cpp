#include "engine/report/graph_text.hpp"

#include <fmt/format.h>

#include <cctype>
#include <set>

#include "engine/base/text.hpp"

namespace dbplan {
namespace {

class Tree {
 public:
  explicit Tree(const Graph& graph) : graph_(graph), shown_(graph.nodes.size()) {}

  std::string text() {
    std::vector<bool> needed(graph_.nodes.size());
    for (const Graph::Node& node : graph_.nodes)
      for (const std::size_t below : node.needs) needed[below] = true;
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i)
      if (!needed[i]) show(i, "", "");
    // What only needs itself in a circle has no top; it is shown all the same.
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i)
      if (!shown_[i]) show(i, "", "");
    return std::move(text_);
  }

 private:
  void show(std::size_t i, const std::string& lead, const std::string& below) {
    const Graph::Node& node = graph_.nodes[i];
    text_ += lead + visible(node.address.text());
    const bool again = shown_[i];
    if (again && !node.needs.empty())
      text_ += " (above)";
    else if (!again && !node.name.empty() && node.name != node.address.key)
      text_ += fmt::format("  \"{}\"", visible(node.name));
    text_ += "\n";
    if (again) return;
    shown_[i] = true;
    for (std::size_t k = 0; k < node.needs.size(); ++k) {
      const bool last = k + 1 == node.needs.size();
      show(node.needs[k], below + (last ? "└─ " : "├─ "), below + (last ? "   " : "│  "));
    }
  }

  const Graph& graph_;
  std::vector<bool> shown_;
  std::string text_;
};

std::string dot_quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : visible(text)) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

/// Mermaid has no escape but its entities; whatever it might read as markup becomes one.
std::string mermaid_quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : visible(text)) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = byte >= 0x80 || std::isalnum(byte) || c == ' ' || c == '.' || c == '_' ||
                       c == '/' || c == '-';
    quoted += plain ? std::string(1, c) : fmt::format("#{};", static_cast<int>(byte));
  }
  return quoted + "\"";
}

}  // namespace

Graph graph_of(const Desired& desired) {
  Graph graph;
  for (const Resource& resource : desired.resources) {
    std::set<Address> needs(resource.depends_on.begin(), resource.depends_on.end());
    if (resource.carrier) needs.insert(*resource.carrier);
    if (resource.owner) needs.insert(*resource.owner);
    needs.erase(resource.address);
    Graph::Node node{.address = resource.address,
                     .name = text_at(resource.body, resource.kind->name_field),
                     .needs = {}};
    for (const Address& need : needs)
      if (const Resource* found = desired.find(need))
        node.needs.push_back(static_cast<std::size_t>(found - desired.resources.data()));
    graph.nodes.push_back(std::move(node));
  }
  return graph;
}

std::string graph_text(const Graph& graph) { return Tree(graph).text(); }

std::string graph_dot(const Graph& graph) {
  std::string text = "digraph dbplan {\n  rankdir=LR;\n  node [shape=box];\n";
  for (std::size_t i = 0; i < graph.nodes.size(); ++i)
    text += fmt::format("  n{} [label={}];\n", i, dot_quoted(graph.nodes[i].address.text()));
  for (std::size_t i = 0; i < graph.nodes.size(); ++i)
    for (const std::size_t need : graph.nodes[i].needs)
      text += fmt::format("  n{} -> n{};\n", i, need);
  return text + "}\n";
}

std::string graph_mermaid(const Graph& graph) {
  std::string text = "flowchart LR\n";
  for (std::size_t i = 0; i < graph.nodes.size(); ++i)
    text += fmt::format("  n{}[{}]\n", i, mermaid_quoted(graph.nodes[i].address.text()));
  for (std::size_t i = 0; i < graph.nodes.size(); ++i)
    for (const std::size_t need : graph.nodes[i].needs)
      text += fmt::format("  n{} --> n{}\n", i, need);
  return text;
}

Json graph_json(const Graph& graph) {
  Json nodes = Json::array();
  for (const Graph::Node& node : graph.nodes) {
    Json needs = Json::array();
    for (const std::size_t need : node.needs) needs.push_back(graph.nodes[need].address.text());
    nodes.push_back({{"address", node.address.text()},
                     {"kind", node.address.kind},
                     {"key", node.address.key},
                     {"name", node.name},
                     {"needs", std::move(needs)}});
  }
  return {{"nodes", std::move(nodes)}};
}

}  // namespace dbplan

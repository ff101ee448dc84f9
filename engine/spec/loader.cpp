#include "engine/spec/loader.hpp"

#include <algorithm>
#include <set>

#include "engine/spec/layout.hpp"
#include "engine/spec/merge.hpp"
#include "engine/spec/path_text.hpp"
#include "engine/spec/yaml_reader.hpp"

namespace dbplan {
namespace {

constexpr std::string_view kRootNames[] = {"databricks.yml", "databricks.yaml", "dbplan.yml",
                                           "dbplan.yaml"};

bool is_yaml(std::string_view path) { return path.ends_with(".yml") || path.ends_with(".yaml"); }

/// Reads files once each and puts them together.
class Loader {
 public:
  Loader(const Tree& tree, SourceFiles& files, Arena& arena, Reporter& report)
      : tree_(tree), files_(files), arena_(arena), report_(report) {}

  Sources load(const std::string& path) {
    if (tree_.is_file(path)) {
      sources_.folder = folder_of(path);
      load_root(path);
    } else if (tree_.is_folder(path)) {
      sources_.folder = path;
      load_folder(path);
    } else {
      problem_without_line(
          path, "No such spec",
          "There is neither a file nor a folder of this name. Name a spec file, or "
          "a folder that holds one.");
    }
    sources_.root = merge_files(documents_, arena_, report_);
    return std::move(sources_);
  }

 private:
  void load_folder(const std::string& folder) {
    std::vector<std::string> roots;
    for (const std::string_view name : kRootNames)
      if (const auto path = join_path(folder, name); path && tree_.is_file(*path))
        roots.push_back(*path);
    if (roots.size() > 1)
      problem_without_line(roots[1], "Two root files",
                           "The folder also holds " + in_quotes(tree_.display(roots[0])) +
                               ", and only one file can be the root. Rename or remove one.");
    if (!roots.empty()) return load_root(roots[0]);

    bool any = false;
    for (const std::string& path : tree_.files_below(folder)) {
      if (!is_yaml(path)) continue;
      const Node* root = load_file(path);
      any = true;
      if (root != nullptr && !is_root_set_) set_start(root->place.file);
    }
    if (!any)
      problem_without_line(folder, "No spec files",
                           "The folder holds no .yml or .yaml file. Name another folder, or write "
                           "a spec: a file dbplan.yml with \"bundle\" and \"resources\".");
    for (const Node* document : documents_) expand_includes(*document);
  }

  void load_root(const std::string& path) {
    const Node* root = load_file(path);
    if (root == nullptr) return;
    set_start(root->place.file);
    expand_includes(*root);
  }

  void set_start(std::uint32_t file) {
    sources_.start = {file, 0, 0};
    is_root_set_ = true;
  }

  const Node* load_file(const std::string& path) {
    if (!loaded_.insert(path).second) return nullptr;
    auto text = tree_.read(path);
    if (!text) {
      problem_without_line(path, "Unreadable file",
                           "The file cannot be read: " + text.error().message + ".");
      return nullptr;
    }
    if (text->starts_with("\xEF\xBB\xBF")) text->erase(0, 3);
    const std::uint32_t file = files_.add(path, tree_.display(path), std::move(*text));
    const Node* root = read_yaml(files_, file, arena_, report_);
    if (root == nullptr) {
      sources_.incomplete = true;
      return nullptr;
    }
    check_layout(*root, report_);
    documents_.push_back(root);
    return root;
  }

  void expand_includes(const Node& root) {
    const Node* includes = find_value(root, "include");
    if (includes == nullptr || !includes->is_list()) return;  // the layout check spoke of it
    for (const Node* item : includes->items)
      if (item->is_scalar()) include(*item);
  }

  void include(const Node& pattern) {
    const std::string folder(folder_of(files_.path(pattern.place.file)));
    const auto full = join_path(folder, pattern.text);
    if (!full) {
      report_.error(pattern.place, "Outside the project",
                    in_quotes(pattern.text) +
                        " leads out of the project. Files are only read below "
                        "the root of the git work tree, or below the spec folder without one.");
      return;
    }
    if (!has_wildcard(*full)) {
      if (!tree_.is_file(*full)) {
        report_.error(pattern.place, "Missing file",
                      "There is no file " + in_quotes(tree_.display(*full)) +
                          ". Included paths are relative to the file that includes them.");
        sources_.incomplete = true;
        return;
      }
      include_file(*full, pattern);
      return;
    }
    // Only the folder above the first wildcard is walked.
    std::string_view base = std::string_view(*full).substr(0, full->find_first_of("*?"));
    base = folder_of(base);
    for (const std::string& path : tree_.files_below(std::string(base)))
      if (is_yaml(path) && matches_glob(*full, path)) include_file(path, pattern);
  }

  void include_file(const std::string& path, const Node& pattern) {
    const Node* root = load_file(path);
    if (root == nullptr) return;
    if (const Member* nested = find_member(*root, "include"))
      report_.error(nested->place, "Include inside an included file",
                    "This file is included by " + report_.name(pattern.place) +
                        ", and included files include nothing. Move the pattern there.");
  }

  void problem_without_line(const std::string& path, std::string_view summary, std::string detail) {
    const std::uint32_t file = files_.add(path, tree_.display(path), "");
    if (!is_root_set_) set_start(file);
    report_.error({file, 0, 0}, summary, std::move(detail));
    sources_.incomplete = true;
  }

  const Tree& tree_;
  SourceFiles& files_;
  Arena& arena_;
  Reporter& report_;
  Sources sources_;
  bool is_root_set_ = false;
  std::set<std::string> loaded_;
  std::vector<const Node*> documents_;
};

}  // namespace

Sources read_sources(const Tree& tree, const std::string& path, SourceFiles& files, Arena& arena,
                     Reporter& report) {
  return Loader(tree, files, arena, report).load(path);
}

}  // namespace dbplan

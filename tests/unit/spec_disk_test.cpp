#include <filesystem>
#include <fstream>

#include "tests/support/spec_check.hpp"

using namespace dbplan;
using namespace dbplan::test;

namespace {

namespace fs = std::filesystem;

/// A folder of its own, gone at the end.
class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "dbplan-test-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  void write(const std::string& name, const std::string& text) const {
    fs::create_directories((path / name).parent_path());
    std::ofstream(path / name) << text;
  }
  fs::path path;
};

bool holds_yaml(const std::string& folder) {
  for (const std::string& file : open_disk_tree(folder)->files_below(""))
    if (file.ends_with(".yml") || file.ends_with(".yaml")) return true;
  return false;
}

void check_loads(const std::string& folder) {
  CAPTURE(folder);
  const auto tree = open_disk_tree(".");
  SpecOptions options;
  options.path = folder;
  Diagnostics problems;
  const SpecPtr spec = load_spec(*tree, options, databricks::databricks_kinds(), problems);
  const Desired desired = resolve(*spec, *tree, "me@example.com", problems);
  for (const Diagnostic& problem : problems.entries())
    FAIL_CHECK(problem.where.file << ":" << brief(problem) << "\n" << problem.detail);
  CHECK_FALSE(desired.resources.empty());
}

}  // namespace

TEST_CASE("disk: the reference workload and every example load without a problem") {
  check_loads("specs");
  int examples = 0;
  for (const auto& entry : fs::directory_iterator("examples")) {
    if (!entry.is_directory()) continue;
    const fs::path nested = entry.path() / "specs";
    const std::string folder = (fs::is_directory(nested) ? nested : entry.path()).string();
    if (!holds_yaml(folder)) continue;  // an example of a command, not of a spec
    check_loads(folder);
    ++examples;
  }
  CHECK(examples >= 3);
}

TEST_CASE("disk: files below a folder are sorted, hidden ones left out") {
  const Folder folder;
  for (const char* name : {"b.yml", "a/z.yml", "a/.hidden.yml", ".git/config", "a.yml"})
    folder.write(name, "x");
  const auto tree = open_disk_tree(folder.path);
  CHECK(tree->files_below("") == std::vector<std::string>{"a.yml", "a/z.yml", "b.yml"});
  CHECK(tree->files_below("a") == std::vector<std::string>{"a/z.yml"});
  CHECK(tree->read("a.yml") == std::string("x"));
  CHECK(tree->read("none.yml").error().code == Error::Code::NotFound);
  CHECK(tree->is_folder("a"));
  CHECK_FALSE(tree->is_file("a"));
}

TEST_CASE("disk: links that lead out of the project are not followed") {
  const Folder outside, folder;
  outside.write("secret.yml", "x");
  folder.write("real.yml", "x");
  fs::create_symlink(outside.path / "secret.yml", folder.path / "file.yml");
  fs::create_symlink(outside.path, folder.path / "dir");
  fs::create_symlink("real.yml", folder.path / "inside.yml");
  fs::create_directory_symlink(".", folder.path / "loop");
  const auto tree = open_disk_tree(folder.path);
  CHECK_FALSE(tree->is_file("file.yml"));
  CHECK_FALSE(tree->is_file("dir/secret.yml"));
  CHECK(tree->read("file.yml").error().code == Error::Code::NotFound);
  CHECK(tree->files_below("") == std::vector<std::string>{"inside.yml", "real.yml"});
}

TEST_CASE("disk: uploads are what .gitignore files leave, hidden files too") {
  const Folder outside, folder;
  outside.write("secret.txt", "x");
  for (const char* name : {".github/x.yml", ".git/config", ".databricks/state", "a.log", "keep.log",
                           "src/a.txt", "src/b.tmp", "out/x"})
    folder.write(name, "x");
  folder.write(".gitignore", "*.log\n!keep.log\n/out/\n");
  folder.write("src/.gitignore", "*.tmp\n");
  const auto tree = open_disk_tree(folder.path);
  CHECK(tree->uploads_below("", false).files ==
        std::vector<std::string>{".github/x.yml", ".gitignore", "keep.log", "src/.gitignore",
                                 "src/a.txt"});
  CHECK(tree->uploads_below("src", false).files ==
        std::vector<std::string>{"src/.gitignore", "src/a.txt"});
  CHECK(tree->uploads_below("", true).files.size() == 8);
  const auto asked = open_disk_tree(folder.path, [](const std::string& path, bool is_folder) {
    return path == "src" && is_folder ? std::optional(true) : std::nullopt;
  });
  CHECK(asked->uploads_below("", false).files ==
        std::vector<std::string>{".github/x.yml", ".gitignore", "keep.log"});
  fs::create_symlink(outside.path / "secret.txt", folder.path / "src/link.txt");
  fs::create_symlink(outside.path, folder.path / "linked");
  const Uploads uploads = tree->uploads_below("", false);
  CHECK(uploads.refused == std::vector<std::string>{"linked", "src/link.txt"});
  CHECK(uploads.files.size() == 5);
}

TEST_CASE("disk: the project is the git work tree, else the folder itself") {
  const Folder folder;
  folder.write("repo/.git/config", "");
  folder.write("repo/specs/deep/a.yml", "");
  folder.write("plain/a.yml", "");
  const fs::path real = fs::canonical(folder.path);
  CHECK(project_root(folder.path / "repo/specs/deep") == real / "repo");
  CHECK(project_root(folder.path / "repo/specs/deep/a.yml") == real / "repo");
  CHECK(project_root(folder.path / "plain/a.yml") == real / "plain");
}

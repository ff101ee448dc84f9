#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "engine/spec/ignore_rules.hpp"
#include "engine/spec/tree.hpp"

namespace dbplan::test {

/// A project that exists in memory only: path -> text.
class MemoryTree : public Tree {
 public:
  MemoryTree(std::map<std::string, std::string> files) : files_(std::move(files)) {}

  Result<std::string> read(const std::string& path) const override {
    const auto found = files_.find(path);
    if (found == files_.end()) return fail(Error::Code::NotFound, "there is no such file");
    return found->second;
  }
  bool is_file(const std::string& path) const override { return files_.contains(path); }
  bool is_folder(const std::string& path) const override {
    return path.empty() || std::ranges::any_of(files_, [&](const auto& file) {
             return file.first.starts_with(path + "/");
           });
  }
  std::vector<std::string> files_below(const std::string& folder) const override {
    std::vector<std::string> found;
    for (const auto& [path, text] : files_)
      if (folder.empty() || path.starts_with(folder + "/")) found.push_back(path);
    return found;
  }
  Uploads uploads_below(const std::string& folder, bool ignored_too) const override {
    IgnoreRules rules;
    if (const auto ignore = files_.find(".gitignore"); ignore != files_.end() && !ignored_too)
      rules.add_file(ignore->second, "");
    Uploads found;
    for (const std::string& path : files_below(folder))
      if (!rules.ignores_file(path)) found.files.push_back(path);
    return found;
  }
  std::string display(const std::string& path) const override { return path.empty() ? "." : path; }

 private:
  std::map<std::string, std::string> files_;
};

}  // namespace dbplan::test

#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "engine/spec/tree.hpp"

namespace dbplan {

/// A tree as it will be once some files are written: `files` hide those below.
class OverlayTree final : public Tree {
 public:
  OverlayTree(std::unique_ptr<Tree> below, std::map<std::string, std::string> files)
      : below_(std::move(below)), files_(std::move(files)) {}

  Result<std::string> read(const std::string& path) const override {
    const auto found = files_.find(path);
    return found == files_.end() ? below_->read(path) : Result<std::string>(found->second);
  }
  bool is_file(const std::string& path) const override {
    return files_.contains(path) || below_->is_file(path);
  }
  bool is_folder(const std::string& path) const override {
    const auto next = files_.lower_bound(path + "/");
    return (next != files_.end() && next->first.starts_with(path + "/")) || below_->is_folder(path);
  }
  std::vector<std::string> files_below(const std::string& folder) const override {
    std::set<std::string> all;
    for (std::string& path : below_->files_below(folder)) all.insert(std::move(path));
    for (const auto& [path, text] : files_)
      if ((folder.empty() || path.starts_with(folder + "/")) && !is_hidden(path, folder.size()))
        all.insert(path);
    return {all.begin(), all.end()};
  }
  Uploads uploads_below(const std::string& folder, bool ignored_too) const override {
    Uploads uploads = below_->uploads_below(folder, ignored_too);
    std::set<std::string> all(uploads.files.begin(), uploads.files.end());
    for (const auto& [path, text] : files_)
      if (folder.empty() || path.starts_with(folder + "/")) all.insert(path);
    uploads.files.assign(all.begin(), all.end());
    return uploads;
  }
  std::string display(const std::string& path) const override { return below_->display(path); }

 private:
  static bool is_hidden(const std::string& path, std::size_t from) {
    return (from == 0 && path.starts_with('.')) || path.find("/.", from) != std::string::npos;
  }

  std::unique_ptr<Tree> below_;
  std::map<std::string, std::string> files_;
};

}  // namespace dbplan

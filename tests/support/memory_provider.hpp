#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "engine/provider.hpp"

namespace dbplan::test {

/// A workspace in memory: objects by kind, files by path, pages of a chosen size. It writes down
/// each call as a line: "list jobs 2" (its page), "read jobs 7", "update jobs 7".
class MemoryProvider : public Provider {
 public:
  std::map<std::string, std::vector<LiveObject>> objects;  // by kind, or "kind parent"
  std::map<std::string, FolderEntry> tree;                 // by path
  std::map<std::string, std::string> contents;             // by path
  std::size_t page_size = 100;
  std::vector<std::string> calls;

  std::string host() const override { return "https://memory.example"; }
  Result<Identity> identity() override { return Identity{"me@example.com", "1"}; }

  Result<Listing> list(const Kind& kind, const std::string& parent, const Enough& enough) override {
    const std::string name = std::string(kind.name) + (parent.empty() ? "" : " " + parent);
    const std::vector<LiveObject>& all = objects[name];
    Listing listing;
    do {
      note("list " + name + " " + std::to_string(listing.pages));
      for (std::size_t i = 0; i < page_size && listing.objects.size() < all.size(); ++i)
        listing.objects.push_back(all[listing.objects.size()]);
      ++listing.pages;
      if (listing.objects.size() == all.size()) return listing;
    } while (!enough || !enough(listing));
    listing.complete = false;
    return listing;
  }
  Result<std::optional<LiveObject>> read(const Kind& kind, const std::string& id) override {
    note("read " + std::string(kind.name) + " " + id);
    for (const LiveObject& object : objects[std::string(kind.name)])
      if (object.id == id) return object;
    return std::nullopt;
  }
  Result<std::string> create(const Kind& kind, const Json& body, const std::string&) override {
    const std::string id = std::to_string(++last_id_);
    note("create " + std::string(kind.name) + " " + canonical(body));
    objects[std::string(kind.name)].push_back({.id = id, .body = body, .facts = {}});
    return id;
  }
  Result<> update(const Kind& kind, const std::string& id, const Json& body) override {
    note("update " + std::string(kind.name) + " " + id + " " + canonical(body));
    return {};
  }
  Result<> remove(const Kind& kind, const std::string& id) override {
    note("remove " + std::string(kind.name) + " " + id);
    return {};
  }
  Result<> call(const Kind& kind, const Call& call, const std::string& id, const Json&) override {
    note(std::string(call.path) + " " + std::string(kind.name) + " " + id);
    return {};
  }
  Result<std::optional<FolderEntry>> entry(const std::string& path) override {
    const auto found = tree.find(path);
    return found == tree.end() ? std::nullopt : std::optional(found->second);
  }
  Result<std::vector<FolderEntry>> list_folder(const std::string& path) override {
    note("list " + path);
    std::vector<FolderEntry> entries;
    const std::scoped_lock guard(mutex_);
    for (const auto& [name, entry] : tree)
      if (name.substr(0, name.rfind('/')) == path) entries.push_back(entry);
    return entries;
  }
  Result<> make_folder(const std::string& path) override {
    note("mkdirs " + path);
    return {};
  }
  Result<std::optional<std::string>> read_file(const std::string& path) override {
    note("download " + path);
    const std::scoped_lock guard(mutex_);
    const auto found = contents.find(path);
    return found == contents.end() ? std::nullopt : std::optional(found->second);
  }
  Result<> write_file(const std::string& path, const std::string& bytes, bool overwrite) override {
    note("upload " + path);
    const std::scoped_lock guard(mutex_);
    if (!overwrite && contents.contains(path)) return fail(Error::Code::Exists, path + " exists");
    contents[path] = bytes;
    tree[path] = {.path = path, .object_type = "FILE"};
    return {};
  }
  Result<> remove_file(const std::string& path) override {
    note("delete " + path);
    const std::scoped_lock guard(mutex_);
    contents.erase(path);
    tree.erase(path);
    return {};
  }
  Result<std::optional<std::string>> export_notebook(const std::string& path,
                                                     const std::string&) override {
    return read_file(path);
  }
  Result<> import_notebook(const std::string& path, const std::string&, const std::string&,
                           const std::string&, bool) override {
    note("import " + path);
    return {};
  }
  Result<Json> request(const std::string& method, const std::string& path, const Json&,
                       bool) override {
    note(method + " " + path);
    return Json::object();
  }
  Receipt receipt() const override { return {}; }

 private:
  void note(std::string line) {
    const std::scoped_lock guard(mutex_);
    calls.push_back(std::move(line));
  }

  std::mutex mutex_;  // guards calls, tree and contents against each other's threads
  int last_id_ = 1000;
};

}  // namespace dbplan::test

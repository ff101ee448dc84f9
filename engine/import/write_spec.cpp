#include "engine/import/write_spec.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "engine/import/readable.hpp"
#include "engine/import/yaml_text.hpp"

namespace dbplan {
namespace {

constexpr const char* kNotebookFolder = "notebooks";

std::string extension_of(const std::string& language) {
  if (language == "SQL") return ".sql";
  if (language == "SCALA") return ".scala";
  return language == "R" ? ".r" : ".py";
}

std::string folder_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

/// The deepest folder that holds all notebooks.
std::string common_folder(const std::map<std::string, FoundNotebook>& notebooks) {
  if (notebooks.empty()) return {};
  std::string folder = folder_of(notebooks.begin()->first);
  for (const auto& [path, notebook] : notebooks)
    while (!path.starts_with(folder + "/")) folder = folder_of(folder);
  return folder;
}

class SpecWriter {
 public:
  SpecWriter(const Collected& collected, const std::set<Address>& claimed)
      : collected_(collected), claimed_(claimed), root_(common_folder(collected.notebooks)) {}

  WrittenSpec write(const std::string& name) {
    for (const FoundObject& object : collected_.objects) {
      const Address address = new_address(object);
      addresses_[{std::string(object.kind->name), object.live.id}] = address;
      spec_.objects[address] = {object.kind, object.live.id};
    }
    for (const FoundObject& object : collected_.objects) write_object(object);
    write_notebooks();
    for (const auto& [kind, text] : by_kind_)
      spec_.files[fmt::format("resources/{}.yml", kind)] =
          fmt::format("resources:\n  {}:\n{}", kind, text);
    if (!name.empty())
      spec_.files["dbplan.yml"] =
          "# Written by dbplan import.\nbundle:\n  name: " + yaml_scalar(name) +
          "\n\ninclude:\n  - resources/*.yml\n";
    return std::move(spec_);
  }

 private:
  Address new_address(const FoundObject& object) {
    std::string base = slug(text_at(object.live.body, object.kind->name_field));
    if (base.empty()) base = slug(std::string(object.kind->noun) + "_" + object.live.id);
    Address address{std::string(object.kind->name), base};
    for (int n = 2; spec_.objects.contains(address); ++n)
      address.key = base + "_" + std::to_string(n);
    return address;
  }

  void write_object(const FoundObject& object) {
    const Kind& kind = *object.kind;
    const Address& address = addresses_.at({std::string(kind.name), object.live.id});
    std::vector<std::string> notes;
    Json body = readable_body(kind, object.live.body, notes);
    for (const Reference& reference : kind.references)
      for_each_at(body, reference.path, [&](Json& value) { refer(reference, value, notes); });
    std::string& text = by_kind_[address.kind];
    if (!text.empty()) text += "\n";
    text += "    # " + address.kind + "/" + object.live.id + "\n";
    for (const std::string& note : notes) text += "    # " + note + "\n";
    text += "    " + yaml_scalar(address.key) + ":" + (body.empty() ? " {}\n" : "\n");
    const RuleNode rules = index_rules(kind);
    if (!body.empty()) text += yaml_text(body, 6, &rules, kind.name_field);
    if (!claimed_.contains(address))
      text += "      adopt:\n        id: " + yaml_scalar(object.live.id) + "\n";
  }

  /// A reference where the object is imported, too; else the id stays.
  void refer(const Reference& reference, Json& value, std::vector<std::string>& notes) {
    const std::string id = value.is_string() ? value.get<std::string>() : canonical(value);
    if (reference.kind == "notebooks") {
      if (collected_.notebooks.contains(mounted_path(id)))
        value = "../" + file_of(mounted_path(id));
      return;
    }
    const auto found = addresses_.find({std::string(reference.kind), id});
    if (found != addresses_.end())
      value = "${resources." + found->second.text() + ".id}";
    else
      notes.push_back(std::string(reference.kind) + "/" + id + " is not part of this spec");
  }

  std::string file_of(const std::string& path) const {
    return kNotebookFolder + path.substr(root_.size()) +
           extension_of(collected_.notebooks.at(path).language);
  }

  /// Several notebooks are one resource, their folder; hidden folders are not looked into there.
  void write_notebooks() {
    if (collected_.notebooks.empty()) return;
    for (const auto& [path, notebook] : collected_.notebooks)
      spec_.files[file_of(path)] = notebook.text;
    const bool hidden = std::ranges::any_of(collected_.notebooks, [&](const auto& notebook) {
      return notebook.first.find("/.", root_.size()) != std::string::npos;
    });
    std::string& text = by_kind_["notebooks"];
    if (collected_.notebooks.size() > 1 && !hidden) {
      const std::string key = slug(root_.substr(root_.rfind('/') + 1));
      text =
          entry(key.empty() ? kNotebookFolder : key, std::string("../") + kNotebookFolder, root_);
      return;
    }
    std::set<std::string> keys;
    for (const auto& [path, notebook] : collected_.notebooks) {
      const std::string base = slug(path.substr(root_.size() + 1));
      std::string key = base.empty() ? "notebook" : base;
      for (int n = 2; !keys.insert(key).second; ++n) key = base + "_" + std::to_string(n);
      text += (text.empty() ? "" : "\n") + entry(key, "../" + file_of(path), path);
    }
  }

  static std::string entry(const std::string& key, const std::string& source,
                           const std::string& path) {
    return "    " + yaml_scalar(key) + ":\n      source: " + yaml_scalar(source) +
           "\n      path: " + yaml_scalar(path) + "\n";
  }

  const Collected& collected_;
  const std::set<Address>& claimed_;
  std::string root_;
  std::map<std::pair<std::string, std::string>, Address> addresses_;  // by kind and id
  std::map<std::string, std::string> by_kind_;
  WrittenSpec spec_;
};

}  // namespace

WrittenSpec write_spec(const Collected& collected, const std::string& name,
                       const std::set<Address>& claimed) {
  return SpecWriter(collected, claimed).write(name);
}

std::string slug(const std::string& name) {
  constexpr std::size_t kLongest = 100;  // YAML takes no key of more than 1024 characters
  std::string key;
  for (const char c : name) {
    if (key.size() == kLongest) break;
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80 && std::isalnum(byte))
      key += static_cast<char>(std::tolower(byte));
    else if (!key.empty() && key.back() != '_')
      key += '_';
  }
  while (key.ends_with('_')) key.pop_back();
  return !key.empty() && std::isdigit(static_cast<unsigned char>(key[0])) ? "_" + key : key;
}

}  // namespace dbplan

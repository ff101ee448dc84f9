#include "tests/faults/broken_provider.hpp"

#include "engine/model/stamp.hpp"

namespace dbplan::faults {
namespace {

class BrokenProvider final : public Provider {
 public:
  BrokenProvider(Break what, std::unique_ptr<Provider> whole)
      : what_(what), whole_(std::move(whole)) {}

  Result<std::string> create(const Kind& kind, const Json& body,
                             const std::string& token) override {
    Json sent = body;
    if (what_ == Break::Stamp && !kind.stamp_field.empty()) drop_stamp(kind, sent);
    auto created = whole_->create(kind, sent, token);
    blind_ = what_ == Break::LookUp && !created && created.error().code == Error::Code::Unclear;
    return created;
  }

  Result<Listing> list(const Kind& kind, const std::string& parent, const Enough& enough) override {
    if (std::exchange(blind_, false)) return Listing{};
    return whole_->list(kind, parent, enough);
  }

  Result<> write_file(const std::string& path, const std::string& bytes, bool overwrite) override {
    if (what_ != Break::Intent || path.find("/state/lock.") == std::string::npos)
      return whole_->write_file(path, bytes, overwrite);
    Json lock = parse_json(bytes).value_or(Json::object());
    lock["creates"] = Json::array();
    return whole_->write_file(path, canonical(lock), overwrite);
  }

  std::string host() const override { return whole_->host(); }
  Result<Identity> identity() override { return whole_->identity(); }
  Result<std::optional<LiveObject>> read(const Kind& kind, const std::string& id) override {
    return whole_->read(kind, id);
  }
  Result<> update(const Kind& kind, const std::string& id, const Json& body) override {
    return whole_->update(kind, id, body);
  }
  Result<> remove(const Kind& kind, const std::string& id) override {
    return whole_->remove(kind, id);
  }
  Result<> call(const Kind& kind, const Call& call, const std::string& id,
                const Json& body) override {
    return whole_->call(kind, call, id, body);
  }
  Result<std::optional<FolderEntry>> entry(const std::string& path) override {
    return whole_->entry(path);
  }
  Result<std::vector<FolderEntry>> list_folder(const std::string& path) override {
    return whole_->list_folder(path);
  }
  Result<> make_folder(const std::string& path) override { return whole_->make_folder(path); }
  Result<std::optional<std::string>> read_file(const std::string& path) override {
    return whole_->read_file(path);
  }
  Result<> remove_file(const std::string& path) override { return whole_->remove_file(path); }
  Result<std::optional<std::string>> export_notebook(const std::string& path,
                                                     const std::string& format) override {
    return whole_->export_notebook(path, format);
  }
  Result<> import_notebook(const std::string& path, const std::string& content,
                           const std::string& language, const std::string& format,
                           bool overwrite) override {
    return whole_->import_notebook(path, content, language, format, overwrite);
  }
  Result<Json> request(const std::string& method, const std::string& path, const Json& body,
                       bool repeatable) override {
    return whole_->request(method, path, body, repeatable);
  }
  Receipt receipt() const override { return whole_->receipt(); }

 private:
  const Break what_;
  std::unique_ptr<Provider> whole_;
  bool blind_ = false;
};

}  // namespace

std::unique_ptr<Provider> make_broken_provider(Break what, std::unique_ptr<Provider> whole) {
  return std::make_unique<BrokenProvider>(what, std::move(whole));
}

}  // namespace dbplan::faults

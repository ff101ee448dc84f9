#include "engine/apply/effects.hpp"

#include "engine/apply/clearing.hpp"
#include "engine/base/digest.hpp"
#include "engine/live/observers.hpp"
#include "engine/model/notebook.hpp"
#include "engine/model/stamp.hpp"
#include "engine/plan/wanted.hpp"

namespace dbplan {
namespace {

constexpr std::chrono::milliseconds kStatePoll{500};
constexpr std::chrono::minutes kStatePatience{15};

class Effects {
 public:
  Effects(const Desired& desired, const Live& live, Provider& provider, const ApplyHooks& hooks,
          Books& books)
      : desired_(desired), live_(live), provider_(provider), hooks_(hooks), books_(books) {}

  Result<> perform(const Step& step) {
    const Kind& kind = step.target == step.change->address ? *step.change->kind
                                                           : *desired_.find(step.target)->kind;
    switch (step.verb) {
      case Step::Verb::Start:
        TRY_VOID(provider_.call(kind, kind.start, id_of(step), Json::object()));
        books_.record_started(step.target);
        return {};
      case Step::Verb::Stop:
        TRY_VOID(provider_.call(kind, kind.stop, id_of(step), Json::object()));
        books_.record_started(step.target);
        return {};
      case Step::Verb::Remove:
        return remove(step, kind);
      case Step::Verb::Release:
        return release(step, kind);
      default:
        break;
    }
    const Resource& resource = *desired_.find(step.target);
    if (resource.content) return import(step, resource);
    if (kind.in_tree) return put_in_tree(resource);
    if (resource.owner) return set_permissions(resource);
    const Json body = books_.body(resource);
    std::string id = step.id;
    if (step.verb == Step::Verb::Create)
      id = TRY(create(resource, body));
    else if (step.verb == Step::Verb::Resize)
      TRY_VOID(resize(resource, id, body));
    else
      TRY_VOID(update(kind, id, body));
    books_.record(resource, id, body);
    return {};
  }

 private:
  /// What an earlier step of the same change created has its id from there.
  std::string id_of(const Step& step) const {
    return step.id.empty() ? books_.id(step.target) : step.id;
  }

  /// A create is never repeated blindly: after an unclear answer the object is looked for.
  Result<std::string> create(const Resource& resource, const Json& body) {
    const std::string token = random_hex(16);
    auto id = provider_.create(*resource.kind, body, token);
    for (int attempt = 0; attempt < 2 && !id && may_be_created(id.error()); ++attempt) {
      auto found = find_created(resource, body);
      if (!found) id = fail(std::move(found.error()));
      if (found && *found) return **found;
      if (!found || (hooks_.may_go_on && !hooks_.may_go_on())) break;
      id = provider_.create(*resource.kind, body, token);
    }
    if (id || !may_be_created(id.error())) return id;
    books_.record_unsettled();
    return fail(
        std::move(id.error()).in("unclear whether it was created; the next plan will look"));
  }

  /// Only what says that the request is wrong says that nothing was created: what was tried several
  /// times may have been done before it was refused.
  static bool may_be_created(const Error& error) {
    using enum Error::Code;
    return error.code != Invalid && error.code != Exists && error.code != Conflict &&
           error.code != NotFound;
  }

  /// What an unclear create left: found by its stamp, or by its name where there are no tags.
  Result<std::optional<std::string>> find_created(const Resource& resource, const Json& body) {
    const Kind& kind = *resource.kind;
    const std::string stamp = stamp_of(desired_.root_path, resource.address);
    const Listing listing = TRY(provider_.list(kind, text_at(body, kind.parent_field)));
    for (const LiveObject& object : listing.objects) {
      const bool found = kind.stamp_field.empty()
                             ? text_at(object.body, kind.key_field) == text_at(body, kind.key_field)
                             : stamp_in(kind, object.body) == stamp;
      if (found) return object.id;
    }
    return std::nullopt;
  }

  /// A cluster between two states refuses edits until it has settled.
  Result<> update(const Kind& kind, const std::string& id, const Json& body) {
    const auto deadline = hooks_.clock.steady() + kStatePatience;
    for (;;) {
      const auto updated = provider_.update(kind, id, body);
      const bool unsettled =
          !updated && updated.error().detail == "INVALID_STATE" && !kind.state_field.empty();
      if (!unsettled || hooks_.clock.steady() > deadline) return updated;
      if (hooks_.may_go_on && !hooks_.may_go_on()) return updated;
      hooks_.clock.sleep(kStatePoll);
    }
  }

  /// A cluster that stopped since the plan is edited instead: an edit of a stopped one restarts
  /// nothing.
  Result<> resize(const Resource& resource, const std::string& id, const Json& body) {
    const Kind& kind = *resource.kind;
    Json size = Json::object();
    for (const std::string_view field : kind.resize_fields)
      if (body.contains(field)) size[std::string(field)] = body[std::string(field)];
    const auto resized = provider_.call(kind, kind.resize, id, size);
    if (resized || resized.error().detail != "INVALID_STATE") return resized;
    const auto now = TRY(provider_.read(kind, id));
    if (now && text_at(now->body, kind.state_field) == "RUNNING") return resized;
    return update(kind, id, body);
  }

  Result<> import(const Step& step, const Resource& resource) {
    const std::string path = text_at(resource.body, "path");
    const std::string language = text_at(resource.body, "language");
    const std::string& content = *resource.content;
    // What the plan saw at that path, it meant to replace.
    const bool overwrite = step.verb != Step::Verb::Create || live_.find(resource.address);
    const auto send = [&] {
      return provider_.import_notebook(path, content, language, resource.format, overwrite);
    };
    auto imported = send();
    if (!imported && imported.error().code == Error::Code::Exists &&
        TRY(make_room(provider_, path)))
      imported = send();
    if (!imported) {
      const Error::Code code = imported.error().code;
      if (code != Error::Code::Unclear && code != Error::Code::Exists) return imported;
      const auto now = TRY(provider_.export_notebook(path, resource.format));
      const bool ours =
          now && notebook_hash(*now, resource.format, language) == notebook_hash(resource);
      if (!ours) return imported;
    }
    books_.record(resource, path, resource.body);
    if (!step.change->old_id.empty()) books_.keep_old_id(resource.address, step.change->old_id);
    return {};
  }

  /// Folders are made, files are sent: what did not change is not sent again.
  Result<> put_in_tree(const Resource& resource) {
    const std::string path = text_at(resource.body, "path");
    if (resource.files.empty()) {
      TRY_VOID(provider_.make_folder(path));
    } else {
      const LiveResource* live = live_.find(resource.address);
      const Json none = Json::object();
      const Json& there = live ? at_or_null(live->body, "files") : none;
      const Json& wanted = at_or_null(resource.body, "files");
      for (const auto& [name, bytes] : resource.files)
        if (at_or_null(there, name) != at_or_null(wanted, name))
          TRY_VOID(provider_.write_file(file_path(path, name), bytes, true));
      for (const auto& [name, hash] : there.items())
        if (!wanted.contains(name)) TRY_VOID(provider_.remove_file(file_path(path, name)));
    }
    books_.record(resource, path, resource.body);
    return {};
  }

  Result<> set_permissions(const Resource& resource) {
    const std::string id = TRY(part_id(*resource.owner));
    const Json body = books_.body(resource);
    TRY_VOID(provider_.update(*resource.kind, id, body));
    books_.record(resource, id, body);
    return {};
  }

  /// How the Permissions API calls an object: things in the tree go by their number there.
  Result<std::string> part_id(const Address& owner) {
    const Kind& kind = *desired_.find(owner)->kind;
    std::string id = books_.id(owner);
    if (kind.in_tree) {
      const auto entry = TRY(provider_.entry(id));
      if (!entry) return fail(Error::Code::NotFound, id + " is not there any more");
      id = std::to_string(entry->object_id);
    }
    return std::string(kind.permission_object) + "/" + id;
  }

  Result<> remove(const Step& step, const Kind& kind) {
    if (step.change->owner)
      TRY_VOID(reset_permissions(step, kind));
    else if (kind.name == "files")
      TRY_VOID(remove_files(step));
    else if (kind.in_tree)
      TRY_VOID(provider_.remove_file(step.id));
    else
      TRY_VOID(provider_.remove(kind, step.id));
    books_.forget(step.target, step.id);
    return {};
  }

  /// Permissions cannot be deleted: they go back to whoever has to keep them.
  Result<> reset_permissions(const Step& step, const Kind& kind) {
    const Resource* owner = desired_.find(*step.change->owner);
    if (!owner) return {};
    return provider_.update(kind, step.id,
                            with_caller(Json::object(), *owner->kind, desired_.user_name));
  }

  Result<> remove_files(const Step& step) {
    const LiveResource* live = live_.find(step.target);
    if (!live) return {};
    for (const auto& [name, hash] : at_or_null(live->body, "files").items())
      TRY_VOID(provider_.remove_file(file_path(step.id, name)));
    return {};
  }

  /// The object stays as the server has it, without our stamp; an object without one is only
  /// forgotten.
  Result<> release(const Step& step, const Kind& kind) {
    const LiveResource& live = *live_.find(step.target);
    if (!stamp_in(kind, live.body).empty()) {
      Json body = storable(live.body, index_rules(kind));
      drop_stamp(kind, body);
      TRY_VOID(update(kind, step.id, body));
    }
    books_.release(step.target);
    return {};
  }

  const Desired& desired_;
  const Live& live_;
  Provider& provider_;
  const ApplyHooks& hooks_;
  Books& books_;
};

}  // namespace

Result<> perform_step(const Step& step, const Desired& desired, const Live& live,
                      Provider& provider, const ApplyHooks& hooks, Books& books) {
  return Effects(desired, live, provider, hooks, books).perform(step);
}

}  // namespace dbplan

#include "providers/databricks/databricks.hpp"

#include "engine/base/digest.hpp"
#include "engine/base/page_tokens.hpp"
#include "engine/base/text.hpp"
#include "engine/net/curl_transport.hpp"
#include "engine/net/retry.hpp"
#include "providers/databricks/answers.hpp"
#include "providers/databricks/errors.hpp"
#include "providers/databricks/hooks/permissions.hpp"

namespace dbplan::databricks {
namespace {

/// Ids that are numbers in the API (job_id) are sent as numbers.
Json id_json(const Kind& kind, const std::string& id) {
  if (kind.id_field == "job_id")
    if (auto number = parse_json(id); number && number->is_number_integer()) return *number;
  return id;
}

std::string with(std::string_view path, std::string_view place, const std::string& value) {
  std::string text(path);
  if (const std::size_t at = text.find(place); at != std::string::npos)
    text.replace(at, place.size(), value);
  return text;
}

/// The id of a part is a piece of path: "jobs/123".
std::string with_id(const Kind& kind, std::string_view path, const std::string& id) {
  return with(path, "{id}", kind.home == Home::Part ? url_escape_path(id) : url_escape(id));
}

/// The API spells workspace paths with and without the mount; dbplan always writes it.
std::string mounted(const std::string& path) {
  return path.starts_with("/Workspace") ? path : "/Workspace" + path;
}

Result<FolderEntry> folder_entry(const std::string& what, const Json& item) {
  for (const char* field : {"path", "object_type"})
    if (text_at(item, field).empty())
      return fail(malformed(what, field, "a text", at_or_null(item, field)));
  return FolderEntry{.path = mounted(text_at(item, "path")),
                     .object_type = text_at(item, "object_type"),
                     .language = text_at(item, "language"),
                     .object_id = int_at(item, "object_id"),
                     .modified_at = int_at(item, "modified_at")};
}

/// The id of kinds whose server gives none.
std::string natural_id(const Kind& kind, const Json& body) {
  const std::string key = text_at(body, kind.key_field);
  if (kind.parent_field.empty()) return key;
  return text_at(body, kind.parent_field) + "/" + key;
}

/// What identifies an object in an answer. Parts are called by their owner, not by themselves.
Result<std::string> object_id(const std::string& what, const Kind& kind, const Json& item) {
  if (kind.home == Home::Part) return std::string();
  if (!kind.natural_id()) return id_in(what, item, kind.id_field);
  const std::string key = text_at(item, kind.key_field);
  if (key.empty())
    return fail(
        malformed(what, std::string(kind.key_field), "a text", at_or_null(item, kind.key_field)));
  return natural_id(kind, item);
}

Result<LiveObject> live_object(const std::string& what, const Kind& kind, const Call& call,
                               Json item) {
  LiveObject object;
  object.id = TRY(object_id(what, kind, item));
  if (kind.home == Home::Part) item = TRY(direct_permissions(what, item));
  if (call.envelope.empty()) {
    object.body = std::move(item);
  } else {
    const std::string envelope(call.envelope);
    if (!at_or_null(item, envelope).is_object())
      return fail(malformed(what, envelope, "an object", at_or_null(item, envelope)));
    object.body = std::move(item[envelope]);
    item.erase(envelope);
    object.facts = std::move(item);
  }
  TRY_VOID(check_body(what, kind, object.body));
  return object;
}

/// The id as a member of the body that a call sends.
void put_id(const Kind& kind, const Call& call, const std::string& id, Json& sent) {
  if (call.id_field.empty()) return;
  const std::size_t slash = kind.parent_field.empty() ? std::string::npos : id.find('/');
  if (slash == std::string::npos) {
    sent[std::string(call.id_field)] = id_json(kind, id);
    return;
  }
  sent[std::string(kind.parent_field)] = id.substr(0, slash);
  sent[std::string(call.id_field)] = id.substr(slash + 1);
}

/// The body as an update takes it.
Json update_body(const Kind& kind, const Json& body) {
  if (kind.update_fields.empty()) return body;
  Json sent = Json::object();
  for (const std::string_view field : kind.update_fields)
    if (body.contains(field)) sent[std::string(field)] = body[std::string(field)];
  return sent;
}

constexpr std::size_t kLongestName = 1000;  // of a user

class Databricks final : public Provider {
 public:
  Databricks(std::string host, std::unique_ptr<RetryingTransport> transport)
      : host_(std::move(host)), transport_(std::move(transport)) {}

  std::string host() const override { return host_; }

  Result<Identity> identity() override {
    const Request request{.method = "GET", .path = "/api/2.0/preview/scim/v2/Me"};
    const Response response = TRY(send(request));
    const std::string what = request.method + " " + request.path;
    const Json me = TRY(json_of(response, what));
    Identity identity{.user_name = text_at(me, "userName"), .workspace_id = {}};
    if (const auto header = response.headers.find("x-databricks-org-id");
        header != response.headers.end())
      identity.workspace_id = header->second;
    // The name becomes part of workspace paths.
    const bool usable = !identity.user_name.empty() && identity.user_name.size() <= kLongestName &&
                        identity.user_name.find('/') == std::string::npos &&
                        visible(identity.user_name) == identity.user_name;
    if (!usable)
      return fail(
          Error(malformed(what, "userName", "the name of a user", at_or_null(me, "userName")))
              .in(host_ + " does not say who we are: is it a Databricks workspace?"));
    return identity;
  }

  Result<Listing> list(const Kind& kind, const std::string& parent, const Enough& enough) override {
    const std::string base = with(kind.list.path, "{parent}", url_escape(parent));
    const char* joint = base.find('?') == std::string::npos ? "?" : "&";
    const std::string what = "GET " + std::string(kind.list.path);
    Listing listing;
    PageTokens pages;
    for (;;) {
      const std::string& token = pages.current();
      auto answer = get(token.empty() ? base : base + joint + "page_token=" + url_escape(token));
      if (!answer && !parent.empty() && answer.error().code == Error::Code::NotFound)
        return listing;
      if (!answer) return fail(std::move(answer.error()));
      TRY_VOID(pages.take(what, *answer));
      TRY_VOID(add_page(what, kind, parent, std::move(*answer), listing));
      ++listing.pages;
      if (pages.current().empty()) return listing;
      if (enough && enough(listing)) {
        listing.complete = false;
        return listing;
      }
    }
  }

  Result<std::optional<LiveObject>> read(const Kind& kind, const std::string& id) override {
    const std::string first = with_id(kind, kind.read.path, id);
    const std::string what = "GET " + first;
    std::optional<LiveObject> object;
    PageTokens pages;
    do {
      const std::string& token = pages.current();
      auto answer = get(token.empty() ? first : first + "&page_token=" + url_escape(token));
      if (!answer && answer.error().code == Error::Code::NotFound) return std::nullopt;
      if (!answer) return fail(std::move(answer.error()));
      TRY_VOID(pages.take(what, *answer));
      LiveObject page = TRY(live_object(what, kind, kind.read, std::move(*answer)));
      if (kind.home != Home::Part && page.id != id)
        return fail(Error::Code::Unclear, what + ": the answer is malformed: it is about another " +
                                              std::string(kind.noun) + ", " + visible(page.id));
      if (!object)
        object = std::move(page);
      else
        append_page(object->body, page.body);
    } while (!pages.current().empty());
    // Pools and warehouses are still shown for a while after they were deleted.
    if (text_at(object->body, "state") == "DELETED") return std::nullopt;
    return object;
  }

  Result<std::string> create(const Kind& kind, const Json& body,
                             const std::string& token) override {
    Json sent = body;
    for (const Rename& name : kind.create_names)
      if (const auto field = sent.find(name.body); field != sent.end()) {
        sent[std::string(name.wire)] = std::move(*field);
        sent.erase(std::string(name.body));
      }
    const bool keyed = !kind.create.id_field.empty();
    if (keyed) sent[std::string(kind.create.id_field)] = token;
    // What is created by the call that also updates it can be sent twice.
    const bool repeatable = keyed || kind.create.path == kind.update.path;
    const Json answer = TRY(post(std::string(kind.create.path), sent, repeatable));
    if (kind.natural_id()) return natural_id(kind, body);
    return id_in("POST " + std::string(kind.create.path), answer, kind.id_field);
  }

  Result<> update(const Kind& kind, const std::string& id, const Json& body) override {
    return call(kind, kind.update, id, update_body(kind, body));
  }

  Result<> remove(const Kind& kind, const std::string& id) override {
    auto removed = call(kind, kind.remove, id, Json::object());
    if (!removed && removed.error().code == Error::Code::NotFound) return {};
    return removed;
  }

  Result<> call(const Kind& kind, const Call& call, const std::string& id,
                const Json& body) override {
    Json sent = call.envelope.empty() ? body : Json{{std::string(call.envelope), body}};
    put_id(kind, call, id, sent);
    const std::string path = with_id(kind, call.path, id);
    TRY(change(std::string(call.method), path, sent, true));
    return {};
  }

  Result<std::optional<FolderEntry>> entry(const std::string& path) override {
    const std::string request = "/api/2.0/workspace/get-status?path=" + url_escape(path);
    auto answer = get(request);
    if (!answer && answer.error().code == Error::Code::NotFound) return std::nullopt;
    if (!answer) return fail(std::move(answer.error()));
    return TRY(folder_entry("GET " + request, *answer));
  }

  Result<std::vector<FolderEntry>> list_folder(const std::string& path) override {
    const std::string request = "/api/2.0/workspace/list?path=" + url_escape(path);
    auto answer = get(request);
    if (!answer && answer.error().code == Error::Code::NotFound) return std::vector<FolderEntry>{};
    if (!answer) return fail(std::move(answer.error()));
    std::vector<FolderEntry> entries;
    for (const Json& item : TRY(objects_in("GET " + request, *answer, "objects")))
      entries.push_back(TRY(folder_entry("GET " + request, item)));
    return entries;
  }

  Result<> make_folder(const std::string& path) override {
    TRY(post("/api/2.0/workspace/mkdirs", {{"path", path}}, true));
    return {};
  }

  Result<std::optional<std::string>> read_file(const std::string& path) override {
    return absent_if_missing(
        send({.method = "GET", .path = "/api/2.0/workspace-files" + url_escape_path(path)}));
  }

  Result<> write_file(const std::string& path, const std::string& bytes, bool overwrite) override {
    const std::string query = overwrite ? "?overwrite=true" : "?overwrite=false";
    TRY(send({.method = "POST",
              .path = "/api/2.0/workspace-files/import-file" + url_escape_path(path) + query,
              .body = bytes,
              .content_type = "application/octet-stream",
              .repeatable = overwrite,
              .mutating = true}));
    return {};
  }

  Result<> remove_file(const std::string& path) override {
    auto removed = post("/api/2.0/workspace/delete", {{"path", path}}, true);
    if (!removed && removed.error().code != Error::Code::NotFound)
      return fail(std::move(removed.error()));
    return {};
  }

  Result<std::optional<std::string>> export_notebook(const std::string& path,
                                                     const std::string& format) override {
    return absent_if_missing(
        send({.method = "GET",
              .path = "/api/2.0/workspace/export?direct_download=true&format=" + format +
                      "&path=" + url_escape(path)}));
  }

  Result<> import_notebook(const std::string& path, const std::string& content,
                           const std::string& language, const std::string& format,
                           bool overwrite) override {
    TRY(post("/api/2.0/workspace/import",
             {{"path", path},
              {"content", base64_encode(content)},
              {"format", format},
              {"language", language},
              {"overwrite", overwrite}},
             overwrite));
    return {};
  }

  Result<Json> request(const std::string& method, const std::string& path, const Json& body,
                       bool repeatable) override {
    if (method == "GET") return get(path);
    return change(method, path, body, repeatable);
  }

  Receipt receipt() const override { return transport_->receipt(); }

 private:
  /// A 2xx answer, or the error that the answer stands for.
  Result<Response> send(const Request& request) {
    Response response = TRY(transport_->send(request));
    if (response.status >= 300 && response.status < 400)
      return fail(Error{.code = Error::Code::Invalid,
                        .message = request.method + " on " + host_ +
                                   ": the server redirects elsewhere, and "
                                   "credentials never follow a redirect; check the host",
                        .detail = {},
                        .status = response.status});
    if (response.status >= 400) return fail(error_of(request, response));
    return response;
  }

  Result<Json> get(const std::string& path) {
    return json_of(send({.method = "GET", .path = path}), "GET " + path);
  }

  Result<Json> post(const std::string& path, const Json& body, bool repeatable) {
    return change("POST", path, body, repeatable);
  }

  Result<Json> change(const std::string& method, const std::string& path, const Json& body,
                      bool repeatable) {
    return json_of(send({.method = method,
                         .path = path,
                         .body = method == "DELETE" ? "" : canonical(body),
                         .repeatable = repeatable,
                         .mutating = true}),
                   method + " " + path);
  }

  /// Some void calls answer with nothing at all.
  static Result<Json> json_of(Result<Response> response, const std::string& what) {
    if (!response) return fail(std::move(response.error()));
    if (response->body.empty()) return Json::object();
    auto json = parse_json(response->body);
    if (json) {
      TRY_VOID(check_answer(what, *json));
      return json;
    }
    return fail(Error{.code = Error::Code::Unclear,
                      .message = what + ": the answer is " + json.error().message,
                      .detail = {},
                      .status = response->status});
  }

  static Result<std::optional<std::string>> absent_if_missing(Result<Response> response) {
    if (response) return std::move(response->body);
    if (response.error().code == Error::Code::NotFound) return std::nullopt;
    return fail(std::move(response.error()));
  }

  /// A list shows the first 100 items of a job's arrays; the rest is in the pages of get.
  Result<LiveObject> complete(const Kind& kind, LiveObject object) {
    auto whole = TRY(read(kind, object.id));
    return whole ? std::move(*whole) : std::move(object);
  }

  /// Adds one page's objects.
  Result<> add_page(const std::string& what, const Kind& kind, const std::string& parent,
                    Json answer, Listing& listing) {
    for (Json& item : TRY(objects_in(what, answer, kind.list.items))) {
      const bool cut = at_or_null(item, "has_more") == Json(true);
      if (!parent.empty()) item[std::string(kind.parent_field)] = parent;
      LiveObject object = TRY(live_object(what, kind, kind.list, std::move(item)));
      if (cut) object = TRY(complete(kind, std::move(object)));
      listing.objects.push_back(std::move(object));
    }
    return {};
  }

  static void append_page(Json& body, const Json& page) {
    for (const char* array : {"tasks", "job_clusters", "environments", "parameters"})
      for (const Json& item : at_or_null(page, array)) body[array].push_back(item);
  }

  std::string host_;
  std::unique_ptr<RetryingTransport> transport_;
};

}  // namespace

std::unique_ptr<Provider> make_provider(std::string host,
                                        std::unique_ptr<RetryingTransport> transport) {
  return std::make_unique<Databricks>(std::move(host), std::move(transport));
}

}  // namespace dbplan::databricks

#include "providers/databricks/databricks.hpp"

#include "engine/base/digest.hpp"
#include "engine/net/curl_transport.hpp"
#include "engine/net/retry.hpp"
#include "providers/databricks/errors.hpp"

namespace dbplan::databricks {
namespace {

constexpr int kMostPages = 10000;  // a server that repeats its page token for ever is broken

std::string id_text(const Json& id) {
  return id.is_string() ? id.get<std::string>() : canonical(id);
}

/// Ids that are numbers in the API (job_id) are sent as numbers.
Json id_json(const Kind& kind, const std::string& id) {
  if (kind.id_field == "job_id")
    if (auto number = parse_json(id); number && number->is_number_integer()) return *number;
  return id;
}

std::string with_id(std::string_view path, const std::string& id) {
  std::string text(path);
  if (const std::size_t at = text.find("{id}"); at != std::string::npos)
    text.replace(at, 4, url_escape(id));
  return text;
}

/// The API spells workspace paths with and without the mount; dbplan always writes it.
std::string mounted(const std::string& path) {
  return path.starts_with("/Workspace") ? path : "/Workspace" + path;
}

LiveObject live_object(const Kind& kind, const Call& call, Json item) {
  LiveObject object{.id = id_text(at_or_null(item, kind.id_field)), .body = {}, .facts = {}};
  if (call.envelope.empty()) {
    object.body = std::move(item);
    return object;
  }
  const std::string envelope(call.envelope);
  object.body = item.contains(envelope) ? std::move(item[envelope]) : Json::object();
  item.erase(envelope);
  object.facts = std::move(item);
  return object;
}

class Databricks final : public Provider {
 public:
  Databricks(std::string host, std::unique_ptr<RetryingTransport> transport)
      : host_(std::move(host)), transport_(std::move(transport)) {}

  std::string host() const override { return host_; }

  Result<Identity> identity() override {
    const Request request{.method = "GET", .path = "/api/2.0/preview/scim/v2/Me"};
    const Response response = TRY(send(request));
    const Json me = TRY(parse_json(response.body));
    Identity identity{.user_name = text_at(me, "userName"), .workspace_id = {}};
    if (const auto header = response.headers.find("x-databricks-org-id");
        header != response.headers.end())
      identity.workspace_id = header->second;
    if (identity.user_name.empty())
      return fail(Error::Code::Invalid,
                  host_ + " does not say who we are: is it a Databricks workspace?");
    return identity;
  }

  Result<std::vector<LiveObject>> list(const Kind& kind, Enough enough,
                                       const void* context) override {
    std::vector<LiveObject> objects;
    std::string token;
    for (int page = 0; page < kMostPages; ++page) {
      std::string path(kind.list.path);
      if (!token.empty()) path += "&page_token=" + url_escape(token);
      Json answer = TRY(get(path));
      const std::string items(kind.list.items);
      if (answer.contains(items) && answer[items].is_array())
        for (Json& item : answer[items]) {
          const bool cut = at_or_null(item, "has_more") == Json(true);
          LiveObject object = live_object(kind, kind.list, std::move(item));
          if (cut) object = TRY(complete(kind, std::move(object)));
          objects.push_back(std::move(object));
        }
      const std::string next = text_at(answer, "next_page_token");
      if (next.empty() || (enough && enough(objects, context))) return objects;
      if (next == token) break;
      token = next;
    }
    return fail(Error::Code::Invalid,
                "GET " + std::string(kind.list.path) + ": the server's pages do not end");
  }

  Result<std::optional<LiveObject>> read(const Kind& kind, const std::string& id) override {
    std::optional<LiveObject> object;
    std::string token;
    do {
      std::string path = with_id(kind.read.path, id);
      if (!token.empty()) path += "&page_token=" + url_escape(token);
      auto answer = get(path);
      if (!answer && answer.error().code == Error::Code::NotFound) return std::nullopt;
      if (!answer) return fail(std::move(answer.error()));
      token = text_at(*answer, "next_page_token");
      LiveObject page = live_object(kind, kind.read, std::move(*answer));
      if (!object)
        object = std::move(page);
      else
        append_page(object->body, page.body);
    } while (!token.empty());
    return object;
  }

  Result<std::string> create(const Kind& kind, const Json& body,
                             const std::string& token) override {
    Json sent = body;
    const bool keyed = !kind.create.id_field.empty();
    if (keyed) sent[std::string(kind.create.id_field)] = token;
    const Json answer = TRY(post(std::string(kind.create.path), sent, keyed));
    const Json& id = at_or_null(answer, kind.id_field);
    if (id.is_null())
      return fail(Error::Code::Unclear, "POST " + std::string(kind.create.path) +
                                            ": the answer has no " + std::string(kind.id_field));
    return id_text(id);
  }

  Result<> update(const Kind& kind, const std::string& id, const Json& body) override {
    return call(kind, kind.update, id, body);
  }

  Result<> remove(const Kind& kind, const std::string& id) override {
    auto removed = call(kind, kind.remove, id, Json::object());
    if (!removed && removed.error().code == Error::Code::NotFound) return {};
    return removed;
  }

  Result<> call(const Kind& kind, const Call& call, const std::string& id,
                const Json& body) override {
    Json sent = call.envelope.empty() ? body : Json{{std::string(call.envelope), body}};
    if (!call.id_field.empty()) sent[std::string(call.id_field)] = id_json(kind, id);
    TRY(post(with_id(call.path, id), sent, true));
    return {};
  }

  Result<std::vector<FolderEntry>> list_folder(const std::string& path) override {
    auto answer = get("/api/2.0/workspace/list?path=" + url_escape(path));
    if (!answer && answer.error().code == Error::Code::NotFound) return std::vector<FolderEntry>{};
    if (!answer) return fail(std::move(answer.error()));
    std::vector<FolderEntry> entries;
    for (const Json& item : at_or_null(*answer, "objects"))
      entries.push_back({.path = mounted(text_at(item, "path")),
                         .object_type = text_at(item, "object_type"),
                         .language = text_at(item, "language"),
                         .object_id = int_at(item, "object_id"),
                         .modified_at = int_at(item, "modified_at")});
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
    return post(path, body, repeatable);
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
    return json_of(send({.method = "POST",
                         .path = path,
                         .body = canonical(body),
                         .repeatable = repeatable,
                         .mutating = true}),
                   "POST " + path);
  }

  /// Some void calls answer with nothing at all.
  static Result<Json> json_of(Result<Response> response, const std::string& what) {
    if (!response) return fail(std::move(response.error()));
    if (response->body.empty()) return Json::object();
    auto json = parse_json(response->body);
    if (json) return json;
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

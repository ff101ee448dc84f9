#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/base/json.hpp"
#include "engine/base/result.hpp"
#include "engine/model/kind.hpp"

namespace dbplan {

/// Who we are at the server.
struct Identity {
  std::string user_name;     // e-mail of a user, application id of a service principal
  std::string workspace_id;  // empty when the server does not tell
};

/// An object as the server reports it.
struct LiveObject {
  std::string id;  // what the server calls it; for path-addressed kinds the path
  Json body;       // in the shape of the kind's body; read-only fields still in it
  Json facts;      // what the answer says beside the body: creator, times, object_id
};

/// One entry of a workspace folder.
struct FolderEntry {
  std::string path;         // as spelled by the server, with /Workspace in front
  std::string object_type;  // NOTEBOOK, FILE, DIRECTORY, ...
  std::string language;     // notebooks only
  std::int64_t object_id = 0;
  std::int64_t modified_at = 0;  // epoch milliseconds
};

/// What a list call brought.
struct Listing {
  std::vector<LiveObject> objects;
  int pages = 0;
  bool complete = true;  // false: `enough` ended it before the last page
};

/// Asked after each page of a list that has further ones; true ends the reading.
using Enough = std::function<bool(const Listing& so_far)>;

/// What a command cost: printed at its end.
struct Receipt {
  int sent = 0;      // requests that were sent, retries included
  int mutating = 0;  // of these, the ones that may change the workspace
  int retried = 0;
  int throttled = 0;  // answers 429
  double waited_seconds = 0;
};

/// Where resources live. Interprets Kind tables; knows nothing of specs, plans or ledgers.
/// All calls are safe from several threads. Reads are retried inside; a create is never sent
/// twice: Error::Code::Unclear means that its effect is unknown and the caller must look.
class Provider {
 public:
  virtual ~Provider() = default;

  /// "https://adb-1.azuredatabricks.net": for people and links.
  virtual std::string host() const = 0;
  virtual Result<Identity> identity() = 0;

  /// Every object of the kind that the server shows us; for kinds with a parent, those in
  /// `parent` (none when there is no such parent).
  virtual Result<Listing> list(const Kind& kind, const std::string& parent = {},
                               const Enough& enough = {}) = 0;
  /// One object, complete; nothing if it does not exist.
  virtual Result<std::optional<LiveObject>> read(const Kind& kind, const std::string& id) = 0;
  /// Returns the new id. `token` makes the call repeatable where the API has idempotency tokens.
  virtual Result<std::string> create(const Kind& kind, const Json& body,
                                     const std::string& token) = 0;
  /// Replaces the whole body.
  virtual Result<> update(const Kind& kind, const std::string& id, const Json& body) = 0;
  /// Deleting what is gone already succeeds.
  virtual Result<> remove(const Kind& kind, const std::string& id) = 0;
  /// A named call of the kind's table (resize, start, stop) with `body` plus the id.
  virtual Result<> call(const Kind& kind, const Call& call, const std::string& id,
                        const Json& body) = 0;

  /// One object of the workspace tree; nothing if it does not exist.
  virtual Result<std::optional<FolderEntry>> entry(const std::string& path) = 0;
  /// Workspace folder; empty when it does not exist.
  virtual Result<std::vector<FolderEntry>> list_folder(const std::string& path) = 0;
  /// Creates the folder and its parents; no error when it exists.
  virtual Result<> make_folder(const std::string& path) = 0;
  /// A workspace file's bytes; nothing if it does not exist.
  virtual Result<std::optional<std::string>> read_file(const std::string& path) = 0;
  /// Without `overwrite` an existing file is Error::Code::Exists: the create-if-absent primitive.
  /// The folder must exist.
  virtual Result<> write_file(const std::string& path, const std::string& bytes,
                              bool overwrite) = 0;
  /// A file, a notebook, or an empty folder. Deleting what is gone already succeeds.
  virtual Result<> remove_file(const std::string& path) = 0;
  /// The notebook's text in `format` (SOURCE, JUPYTER); nothing if there is no notebook.
  virtual Result<std::optional<std::string>> export_notebook(const std::string& path,
                                                             const std::string& format) = 0;
  /// Creates the notebook, or replaces its content.
  virtual Result<> import_notebook(const std::string& path, const std::string& content,
                                   const std::string& language, const std::string& format,
                                   bool overwrite) = 0;

  /// A plain request for what has no kind (runs): `path` with its query, `body` null for GET.
  /// `repeatable` says that sending it twice does no more than once.
  virtual Result<Json> request(const std::string& method, const std::string& path, const Json& body,
                               bool repeatable) = 0;

  virtual Receipt receipt() const = 0;
};

}  // namespace dbplan

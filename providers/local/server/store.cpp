#include "providers/local/server/store.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

namespace dbplan::local {
namespace {

constexpr const char* kSchema =
    "PRAGMA journal_mode=WAL;"
    "PRAGMA synchronous=NORMAL;"
    "CREATE TABLE IF NOT EXISTS records (kind TEXT NOT NULL, id TEXT NOT NULL, body BLOB NOT NULL,"
    " PRIMARY KEY (kind, id));";

class Sqlite final : public Store {
 public:
  explicit Sqlite(sqlite3* database) : database_(database) {}
  ~Sqlite() override {
    Sqlite::commit();
    for (sqlite3_stmt* statement : {put_, remove_, get_, all_}) sqlite3_finalize(statement);
    sqlite3_close(database_);
  }

  bool prepare() {
    return run(kSchema) &&
           prepare(
               "INSERT INTO records VALUES (?1, ?2, ?3) ON CONFLICT (kind, id) "
               "DO UPDATE SET body = excluded.body",
               put_) &&
           prepare("DELETE FROM records WHERE kind = ?1 AND id = ?2", remove_) &&
           prepare("SELECT body FROM records WHERE kind = ?1 AND id = ?2", get_) &&
           prepare("SELECT id, body FROM records WHERE kind = ?1 ORDER BY id", all_);
  }

  void put(std::string_view kind, std::string_view id, std::string_view body) override {
    begin();
    bind(put_, 1, kind);
    bind(put_, 2, id);
    // A null pointer would be stored as NULL: an empty body still needs an address.
    sqlite3_bind_blob64(put_, 3, body.empty() ? "" : body.data(), body.size(), SQLITE_STATIC);
    change(put_);
  }

  void remove(std::string_view kind, std::string_view id) override {
    begin();
    bind(remove_, 1, kind);
    bind(remove_, 2, id);
    change(remove_);
  }

  std::optional<std::string> get(std::string_view kind, std::string_view id) override {
    bind(get_, 1, kind);
    bind(get_, 2, id);
    std::optional<std::string> body;
    if (sqlite3_step(get_) == SQLITE_ROW) body = column(get_, 0);
    sqlite3_reset(get_);
    return body;
  }

  std::vector<Entry> all(std::string_view kind) override {
    bind(all_, 1, kind);
    std::vector<Entry> entries;
    while (sqlite3_step(all_) == SQLITE_ROW) entries.emplace_back(column(all_, 0), column(all_, 1));
    sqlite3_reset(all_);
    return entries;
  }

  void commit() override {
    if (!open_) return;
    open_ = false;
    if (!run("COMMIT")) run("ROLLBACK");
  }

  Result<std::unique_ptr<Store>> copy() override {
    commit();
    sqlite3* target = nullptr;
    sqlite3_open_v2(":memory:", &target, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
    auto store = std::make_unique<Sqlite>(target);
    sqlite3_backup* backup = sqlite3_backup_init(target, "main", database_, "main");
    if (backup != nullptr) {
      sqlite3_backup_step(backup, -1);
      sqlite3_backup_finish(backup);
    }
    if (sqlite3_errcode(target) != SQLITE_OK || !store->prepare())
      return fail(Error::Code::Bug, "cannot copy the workspace database: " + store->failure());
    return store;
  }

  std::string take_failure() override { return std::exchange(failure_, {}); }

  std::string failure() const { return sqlite3_errmsg(database_); }

 private:
  bool run(const char* sql) {
    if (sqlite3_exec(database_, sql, nullptr, nullptr, nullptr) == SQLITE_OK) return true;
    failure_ = failure();
    return false;
  }

  bool prepare(const char* sql, sqlite3_stmt*& statement) {
    return sqlite3_prepare_v3(database_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr) ==
           SQLITE_OK;
  }

  void begin() {
    if (!open_) open_ = run("BEGIN IMMEDIATE");
  }

  static void bind(sqlite3_stmt* statement, int place, std::string_view text) {
    sqlite3_bind_text(statement, place, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
  }

  static std::string column(sqlite3_stmt* statement, int place) {
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement, place));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, place));
    return bytes == nullptr ? std::string() : std::string(bytes, size);
  }

  void change(sqlite3_stmt* statement) {
    if (sqlite3_step(statement) != SQLITE_DONE) failure_ = failure();
    sqlite3_reset(statement);
  }

  sqlite3* database_;
  sqlite3_stmt* put_ = nullptr;
  sqlite3_stmt* remove_ = nullptr;
  sqlite3_stmt* get_ = nullptr;
  sqlite3_stmt* all_ = nullptr;
  bool open_ = false;
  std::string failure_;
};

}  // namespace

Result<std::unique_ptr<Store>> Store::open(const std::filesystem::path& file) {
  // It holds tokens and secrets: made private before SQLite sees it.
  if (file != ":memory:") {
    const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0)
      return fail(Error::Code::Denied, "cannot write the workspace database " + file.string());
    ::close(descriptor);
  }
  sqlite3* database = nullptr;
  const int code =
      sqlite3_open_v2(file.c_str(), &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  auto store = std::make_unique<Sqlite>(database);
  if (code != SQLITE_OK || !store->prepare())
    return fail(Error::Code::Invalid,
                "cannot use the workspace database " + file.string() + ": " + store->failure());
  return store;
}

}  // namespace dbplan::local

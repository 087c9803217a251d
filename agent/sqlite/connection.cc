#include "agent/sqlite/connection.h"

#include <sqlite3.h>

#include "agent/sqlite/error.h"
#include "agent/sqlite/read_ahead.h"

namespace lapwing::sqlite {
namespace {

const char* pragma_text(JournalMode mode) { return mode == JournalMode::Wal ? "WAL" : "TRUNCATE"; }

const char* pragma_text(Synchronous synchronous) {
  switch (synchronous) {
    case Synchronous::Off:
      return "OFF";
    case Synchronous::Normal:
      return "NORMAL";
    case Synchronous::Full:
      break;
  }
  return "FULL";
}

}  // namespace

void Connection::Close::operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }

Result<Connection> Connection::open(const std::string& path, const Options& options) {
  const int flags =
      (options.access == Access::ReadOnly ? SQLITE_OPEN_READONLY
                                          : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE) |
      SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &handle, flags,
                                   options.read_ahead ? read_ahead_layer() : nullptr);
  Connection connection(handle, path);  // SQLite gives a handle also when it fails.
  if (code != SQLITE_OK) return make_error("opening " + path, code, handle);
  if (auto configured = connection.configure(options); !configured)
    return std::move(configured).in("opening " + path).error();
  return connection;
}

Result<void> Connection::configure(const Options& options) {
  sqlite3_busy_timeout(handle_.get(), int(options.busy_timeout.count()));
  // Lookaside and statistics memory cost 100 kB a connection that small statements do not need.
  sqlite3_db_config(handle_.get(), SQLITE_DBCONFIG_LOOKASIDE, nullptr, 256, 40);
  std::string sql = "PRAGMA cache_size=-" + std::to_string(options.cache_kib) + ";";
  sql += options.foreign_keys ? "PRAGMA foreign_keys=ON;" : "PRAGMA foreign_keys=OFF;";
  if (!options.cache_spill) sql += "PRAGMA cache_spill=OFF;";
  if (options.access == Access::ReadWrite) {
    sql += "PRAGMA page_size=" + std::to_string(options.page_bytes) + ";";
    sql += "PRAGMA secure_delete=OFF;";
    sql += std::string("PRAGMA journal_mode=") + pragma_text(options.journal_mode) + ";";
    sql += std::string("PRAGMA synchronous=") + pragma_text(options.synchronous) + ";";
  }
  // Opening reads nothing; this is where a file that is no database shows.
  sql += "PRAGMA schema_version;";
  return execute(sql);
}

Result<void> Connection::execute(const std::string& sql) {
  const int code = sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return make_error(path_, code, handle_.get());
  return {};
}

Result<Statement> Connection::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code =
      sqlite3_prepare_v2(handle_.get(), sql.data(), int(sql.size()), &statement, nullptr);
  if (code != SQLITE_OK) return make_error(path_, code, handle_.get());
  if (statement == nullptr) return invalid(path_ + ": the SQL text holds no statement");
  return Statement(statement);
}

Result<std::int64_t> Connection::integer(std::string_view sql) {
  auto statement = prepare(sql);
  if (!statement) return std::move(statement).error();
  const auto row = statement->step();
  if (!row) return row.error();
  if (!*row) return no_data(path_ + ": no row");
  return statement->integer(0);
}

std::int64_t Connection::changes() const { return sqlite3_changes64(handle_.get()); }

std::int64_t Connection::last_insert_rowid() const {
  return sqlite3_last_insert_rowid(handle_.get());
}

bool Connection::in_transaction() const { return sqlite3_get_autocommit(handle_.get()) == 0; }

Result<void> Connection::quick_check() {
  auto statement = prepare("PRAGMA quick_check(1)");
  if (!statement) return std::move(statement).error();
  const auto row = statement->step();
  if (!row) return row.error();
  if (!*row) return corrupt(path_ + ": quick_check gave no answer");
  if (statement->text(0) != "ok") return corrupt(path_ + ": " + std::string(statement->text(0)));
  return {};
}

Result<void> Connection::checkpoint() { return execute("PRAGMA wal_checkpoint(TRUNCATE)"); }

}  // namespace lapwing::sqlite

// Connection: one SQLite database file, opened with the few options that Lapwing uses.
// Source of truth: sqlite.org/c3ref and sqlite.org/pragma.html. This folder alone includes
// sqlite3.h. Left out: attached databases, blob streams, user functions.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "agent/base/result.h"
#include "agent/base/time.h"
#include "agent/sqlite/statement.h"

struct sqlite3;

namespace lapwing::sqlite {

enum class Access { ReadWrite, ReadOnly };  ///< ReadWrite creates a missing file

/// How a commit survives a crash of the process. Wal: readers go on beside the writer, a row
/// costs twice its size. Truncate: a file alone, appended rows cost their size once.
enum class JournalMode { Wal, Truncate };

/// What a power cut may take. Normal: the last commits, never the file's integrity (in WAL);
/// Full: nothing that was committed.
enum class Synchronous { Off, Normal, Full };

struct Options {
  Access access = Access::ReadWrite;
  JournalMode journal_mode = JournalMode::Wal;
  Synchronous synchronous = Synchronous::Normal;
  bool foreign_keys = false;
  Duration busy_timeout{2000};      ///< how long a locked file is waited for
  std::uint32_t cache_kib = 256;    ///< page cache; small, since the kernel has its own
  std::uint32_t page_bytes = 4096;  ///< of a file that is made now
  /// Whether a transaction that outgrows the cache writes before it commits: from then on it locks
  /// readers out, those of its own process too. False: its pages stay in memory.
  bool cache_spill = true;
  bool read_ahead = false;  ///< for large blobs; a file without WAL, ReadOnly
};

/// One thread at a time. Its Statements must go before it does. secure_delete is off: what is
/// deleted is overwritten when its page is used again, not at once.
///
/// Errors of all calls in this folder: Corrupt when the file is damaged or no database;
/// Unavailable when it is busy, full, unreadable, read-only or cannot be opened; Invalid for wrong
/// SQL, misuse and broken constraints.
class Connection {
 public:
  static Result<Connection> open(const std::string& path, const Options& options = {});

  Connection(Connection&&) noexcept = default;
  Connection& operator=(Connection&&) noexcept = default;

  /// Runs one or more statements without parameters; rows are thrown away.
  Result<void> execute(const std::string& sql);
  /// Compiles one statement. It may be kept and used again and again.
  Result<Statement> prepare(std::string_view sql);

  /// The first column of the first row: for PRAGMAs and counts. NoData when there is no row.
  Result<std::int64_t> integer(std::string_view sql);

  /// Rows changed by the last INSERT, UPDATE or DELETE.
  std::int64_t changes() const;
  std::int64_t last_insert_rowid() const;
  bool in_transaction() const;

  /// PRAGMA quick_check: reads the whole file. Corrupt, with the first complaint, when damaged.
  Result<void> quick_check();
  /// Moves what the write-ahead log holds into the file and empties the log.
  Result<void> checkpoint();

  const std::string& path() const { return path_; }

 private:
  struct Close {
    void operator()(sqlite3* handle) const;
  };
  Connection(sqlite3* handle, std::string path) : handle_(handle), path_(std::move(path)) {}
  Result<void> configure(const Options& options);

  std::unique_ptr<sqlite3, Close> handle_;
  std::string path_;
};

}  // namespace lapwing::sqlite

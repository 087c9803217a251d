#include "alerting/state_store.h"

#include <array>
#include <charconv>
#include <cstdio>
#include <functional>
#include <limits>
#include <optional>

#include "agent/sqlite/connection.h"
#include "agent/sqlite/migrations.h"
#include "agent/sqlite/statement.h"
#include "agent/sqlite/transaction.h"
#include "alerting/disk_reserve.h"

namespace lapwing::alerting {
namespace {

constexpr std::int32_t kApplicationId = 0x4c577374;  // "LWst"

// Labels and annotations are JSON objects, times are milliseconds UTC (0: not yet), fingerprints
// are hexadecimal and separated by blanks, a notification is its own JSON.
constexpr std::array<std::string_view, 4> kSteps = {
    "CREATE TABLE alert(rule TEXT NOT NULL, labels TEXT NOT NULL, annotations TEXT NOT NULL,"
    " state INTEGER NOT NULL, value REAL NOT NULL, active_at INTEGER NOT NULL,"
    " fired_at INTEGER NOT NULL, resolved_at INTEGER NOT NULL, keep_firing_since INTEGER NOT NULL,"
    " PRIMARY KEY(rule, labels)) WITHOUT ROWID;"
    "CREATE TABLE outbox(receiver TEXT NOT NULL, integration INTEGER NOT NULL,"
    " group_key TEXT NOT NULL, version INTEGER NOT NULL, attempts INTEGER NOT NULL,"
    " next_attempt INTEGER NOT NULL, last_error TEXT NOT NULL, notification TEXT NOT NULL,"
    " PRIMARY KEY(receiver, integration, group_key)) WITHOUT ROWID;"
    "CREATE TABLE notification_log(receiver TEXT NOT NULL, integration INTEGER NOT NULL,"
    " group_key TEXT NOT NULL, at INTEGER NOT NULL, firing TEXT NOT NULL, resolved TEXT NOT NULL,"
    " PRIMARY KEY(receiver, integration, group_key)) WITHOUT ROWID;"
    "CREATE TABLE fact(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;",
    // The API's JSON, one a silence.
    "CREATE TABLE silence(id TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;",
    "ALTER TABLE outbox ADD COLUMN failing_since INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE outbox ADD COLUMN fallback_asked INTEGER NOT NULL DEFAULT 0;"
    "CREATE TABLE notice(labels TEXT PRIMARY KEY, annotations TEXT NOT NULL,"
    " starts_at INTEGER NOT NULL, ends_at INTEGER NOT NULL, generator_url TEXT NOT NULL,"
    " updated_at INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE alerts_history(id INTEGER PRIMARY KEY, at INTEGER NOT NULL, body TEXT NOT NULL);"
    "CREATE TABLE notifications_history(id INTEGER PRIMARY KEY, at INTEGER NOT NULL,"
    " body TEXT NOT NULL);"
    "CREATE TABLE dead_letters_history(id INTEGER PRIMARY KEY, at INTEGER NOT NULL,"
    " body TEXT NOT NULL);",
    // A value may be no number: NULL. So may be peak and recovered: there is none.
    "ALTER TABLE alert RENAME TO old_alert;"
    "CREATE TABLE alert(rule TEXT NOT NULL, labels TEXT NOT NULL, annotations TEXT NOT NULL,"
    " state INTEGER NOT NULL, value REAL, active_at INTEGER NOT NULL,"
    " fired_at INTEGER NOT NULL, resolved_at INTEGER NOT NULL, keep_firing_since INTEGER NOT NULL,"
    " peak REAL, recovered REAL, flaps INTEGER NOT NULL, flaps_since INTEGER NOT NULL,"
    " PRIMARY KEY(rule, labels)) WITHOUT ROWID;"
    "INSERT INTO alert SELECT *, NULL, NULL, 0, 0 FROM old_alert;"
    "DROP TABLE old_alert;"};

/// Pages that the write-ahead log holds before they move into the file: a quarter of SQLite's own
/// number, so that its room, which is used again and again, stays at 1 MiB.
constexpr const char* kLogLimit = "PRAGMA wal_autocheckpoint=256";

/// For whoever looks into the file: a write that finds it locked is tried again a second later.
constexpr Duration kBusyTimeout = 100ms;

constexpr std::string_view kAliveAt = "alive_at";
constexpr double kNoNumber = std::numeric_limits<double>::quiet_NaN();

std::string join_fingerprints(const std::vector<std::uint64_t>& values) {
  std::string text;
  for (const std::uint64_t value : values) {
    if (!text.empty()) text += ' ';
    text += fingerprint_text(value);
  }
  return text;
}

std::vector<std::uint64_t> split_fingerprints(std::string_view text) {
  std::vector<std::uint64_t> values;
  while (!text.empty()) {
    std::uint64_t value = 0;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), value, 16).ptr;
    if (end == text.data()) break;
    values.push_back(value);
    text.remove_prefix(std::size_t(end - text.data()));
    if (text.starts_with(' ')) text.remove_prefix(1);
  }
  return values;
}

std::string history_table(HistoryKind kind) { return std::string(name(kind)) + "_history"; }

DeliveryKey read_key(const sqlite::Statement& row) {
  return {std::string(row.text(0)), std::uint32_t(row.integer(1)), std::string(row.text(2))};
}

sqlite::Statement& bind_key(sqlite::Statement& statement, const DeliveryKey& key) {
  return statement.bind(1, key.receiver)
      .bind(2, std::int64_t(key.integration))
      .bind(3, key.group_key);
}

/// Calls `use` for each row.
template <typename Use>
Result<void> each_row(sqlite::Connection& connection, std::string_view sql, Use use) {
  auto statement = connection.prepare(sql);
  if (!statement) return std::move(statement).error();
  while (true) {
    const auto row = statement->step();
    if (!row) return row.error();
    if (!*row) return {};
    use(*statement);
  }
}

/// Says that a row of a table cannot be read.
using Broken = std::function<void(std::string_view what, const Error& error)>;

Result<void> load_alerts(sqlite::Connection& connection, const Broken& broken, StoredState& state) {
  return each_row(
      connection,
      "SELECT rule, labels, annotations, state, value, active_at, fired_at, resolved_at,"
      " keep_firing_since, peak, recovered, flaps, flaps_since FROM alert",
      [&](const sqlite::Statement& row) {
        auto labels = decode_labels(row.text(1));
        auto annotations = decode_labels(row.text(2));
        if (!labels || !annotations)
          return broken("alerts", (labels ? annotations : labels).error());
        StoredAlert stored{std::string(row.text(0)), {}};
        const std::int64_t number = row.integer(3);
        stored.alert.state = number == 2   ? AlertState::Firing
                             : number == 1 ? AlertState::Pending
                                           : AlertState::Inactive;
        stored.alert.labels = std::move(*labels);
        stored.alert.annotations = std::move(*annotations);
        // SQLite has no NaN, it keeps NULL.
        stored.alert.value = row.is_null(4) ? kNoNumber : row.real(4);
        stored.alert.active_at = from_millis(row.integer(5));
        stored.alert.fired_at = from_millis(row.integer(6));
        stored.alert.resolved_at = from_millis(row.integer(7));
        stored.alert.keep_firing_since = from_millis(row.integer(8));
        if (!row.is_null(9)) stored.alert.peak = row.real(9);
        if (!row.is_null(10)) stored.alert.recovered = row.real(10);
        stored.alert.flaps = int(row.integer(11));
        stored.alert.flaps_since = from_millis(row.integer(12));
        state.alerts.push_back(std::move(stored));
      });
}

Result<StoredState> load(sqlite::Connection& connection, Log& log) {
  StoredState state;
  const auto broken = [&](std::string_view what, const Error& error) {
    log.error("state.db: a row of {} cannot be read and is left out: {}", what, error.message);
  };
  const auto alerts = load_alerts(connection, broken, state);
  if (!alerts) return alerts.error();
  const auto outbox = each_row(
      connection,
      "SELECT receiver, integration, group_key, version, attempts, next_attempt, last_error,"
      " notification, failing_since, fallback_asked FROM outbox",
      [&](const sqlite::Statement& row) {
        auto notification = decode_notification(row.text(7));
        if (!notification) return broken("the outbox", notification.error());
        notification->key = read_key(row);
        state.outbox.push_back({std::move(*notification), std::uint64_t(row.integer(3)),
                                int(row.integer(4)), from_millis(row.integer(5)),
                                std::string(row.text(6)), from_millis(row.integer(8)),
                                row.integer(9) != 0});
      });
  if (!outbox) return outbox.error();
  const auto told = each_row(
      connection,
      "SELECT receiver, integration, group_key, at, firing, resolved FROM notification_log",
      [&](const sqlite::Statement& row) {
        state.log.push_back({read_key(row), from_millis(row.integer(3)),
                             split_fingerprints(row.text(4)), split_fingerprints(row.text(5))});
      });
  if (!told) return told.error();
  const auto silences =
      each_row(connection, "SELECT body FROM silence", [&](const sqlite::Statement& row) {
        auto silence = decode_silence(row.text(0));
        if (!silence) return broken("silences", silence.error());
        state.silences.push_back(*std::move(silence));
      });
  if (!silences) return silences.error();
  const auto notices = each_row(
      connection,
      "SELECT labels, annotations, starts_at, ends_at, generator_url, updated_at FROM notice",
      [&](const sqlite::Statement& row) {
        auto labels = decode_labels(row.text(0));
        auto annotations = decode_labels(row.text(1));
        if (!labels || !annotations)
          return broken("notices", (labels ? annotations : labels).error());
        AlertNotice notice{*std::move(labels), *std::move(annotations), from_millis(row.integer(2)),
                           from_millis(row.integer(3)), std::string(row.text(4))};
        state.notices.push_back({std::move(notice), from_millis(row.integer(5))});
      });
  if (!notices) return notices.error();
  for (const HistoryKind kind : kHistoryKinds) {
    const auto history = each_row(
        connection, "SELECT at, body FROM " + history_table(kind) + " ORDER BY id",
        [&](const sqlite::Statement& row) {
          state.history.push_back({kind, from_millis(row.integer(0)), std::string(row.text(1))});
        });
    if (!history) return history.error();
  }
  const auto facts =
      each_row(connection, "SELECT name, value FROM fact", [&](const sqlite::Statement& row) {
        if (row.text(0) == kAliveAt) state.alive_at = from_millis(row.integer(1));
      });
  if (!facts) return facts.error();
  return state;
}

struct Opened {
  sqlite::Connection connection;
  StoredState state;
};

Result<Opened> open_and_load(const std::string& path, Log& log) {
  sqlite::Options options;
  options.busy_timeout = kBusyTimeout;
  auto connection = sqlite::Connection::open(path, options);
  if (!connection) return std::move(connection).error();
  if (auto migrated = sqlite::migrate(*connection, {kApplicationId, kSteps}); !migrated)
    return std::move(migrated).error();
  if (auto bounded = connection->execute(kLogLimit); !bounded) return std::move(bounded).error();
  auto state = load(*connection, log);
  if (!state) return std::move(state).error();
  return Opened{std::move(*connection), std::move(*state)};
}

/// Also on a full disk: opening needs some room of its own.
Result<Opened> open_with_room(const std::string& path, DiskReserve& reserve, Log& log) {
  auto opened = open_and_load(path, log);
  while (!opened && opened.error().kind == ErrorKind::Unavailable && reserve.disk_is_full() &&
         reserve.give_back())
    opened = open_and_load(path, log);
  return opened;
}

}  // namespace

struct StateStore::Database {
  Database(sqlite::Connection opened, DiskReserve kept)
      : connection(std::move(opened)), reserve(std::move(kept)) {}

  /// Runs one prepared statement, made at first use.
  template <typename Bind>
  Result<void> run(std::optional<sqlite::Statement>& statement, std::string_view sql, Bind bind) {
    if (!statement) {
      auto prepared = connection.prepare(sql);
      if (!prepared) return std::move(prepared).error();
      statement.emplace(std::move(*prepared));
    }
    bind(*statement);
    return statement->run();
  }

  Result<void> put_alert(const StoredAlert& stored);
  Result<void> put_outbox(const OutboxRow& row);
  Result<void> put_log(const NotificationLogEntry& entry);
  Result<void> put_notice(const StoredNotice& stored);
  Result<void> put_history(const std::vector<HistoryEntry>& entries);
  Result<void> remove(const StateChanges& changes);
  Result<void> put(const StateChanges& changes);

  sqlite::Connection connection;
  DiskReserve reserve;
  std::optional<sqlite::Statement> alert, outbox, log, fact, silence, notice;
  std::optional<sqlite::Statement> no_alert, no_outbox, no_log, no_silence, no_notice;
  std::array<std::optional<sqlite::Statement>, kHistoryKinds.size()> history, trim;
};

Result<void> StateStore::Database::put_alert(const StoredAlert& stored) {
  const Alert& a = stored.alert;
  return run(alert,
             "INSERT OR REPLACE INTO alert VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13)",
             [&](sqlite::Statement& statement) {
               const int state = a.state == AlertState::Firing    ? 2
                                 : a.state == AlertState::Pending ? 1
                                                                  : 0;
               statement.bind(1, stored.rule)
                   .bind(2, encode_labels(a.labels))
                   .bind(3, encode_labels(a.annotations))
                   .bind(4, state)
                   .bind(5, a.value)
                   .bind(6, to_millis(a.active_at))
                   .bind(7, to_millis(a.fired_at))
                   .bind(8, to_millis(a.resolved_at))
                   .bind(9, to_millis(a.keep_firing_since))
                   .bind(10, a.peak.value_or(kNoNumber))
                   .bind(11, a.recovered.value_or(kNoNumber))
                   .bind(12, a.flaps)
                   .bind(13, to_millis(a.flaps_since));
             });
}

Result<void> StateStore::Database::put_outbox(const OutboxRow& row) {
  return run(outbox, "INSERT OR REPLACE INTO outbox VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10)",
             [&](sqlite::Statement& statement) {
               bind_key(statement, row.notification.key)
                   .bind(4, std::int64_t(row.version))
                   .bind(5, row.attempts)
                   .bind(6, to_millis(row.next_attempt))
                   .bind(7, row.last_error)
                   .bind(8, encode_notification(row.notification))
                   .bind(9, to_millis(row.failing_since))
                   .bind(10, row.fallback_asked ? 1 : 0);
             });
}

Result<void> StateStore::Database::put_notice(const StoredNotice& stored) {
  const AlertNotice& one = stored.notice;
  return run(notice, "INSERT OR REPLACE INTO notice VALUES(?1,?2,?3,?4,?5,?6)",
             [&](sqlite::Statement& statement) {
               statement.bind(1, encode_labels(one.labels))
                   .bind(2, encode_labels(one.annotations))
                   .bind(3, to_millis(one.starts_at))
                   .bind(4, to_millis(one.ends_at))
                   .bind(5, one.generator_url)
                   .bind(6, to_millis(stored.updated_at));
             });
}

Result<void> StateStore::Database::put_history(const std::vector<HistoryEntry>& entries) {
  std::array<bool, kHistoryKinds.size()> grown{};
  for (const HistoryEntry& entry : entries) {
    const auto kind = std::size_t(entry.kind);
    auto done = run(history.at(kind),
                    "INSERT INTO " + history_table(entry.kind) + "(at, body) VALUES(?1,?2)",
                    [&](sqlite::Statement& statement) {
                      statement.bind(1, to_millis(entry.at)).bind(2, entry.body);
                    });
    if (!done) return done;
    grown.at(kind) = true;
  }
  for (const HistoryKind kind : kHistoryKinds) {
    if (!grown.at(std::size_t(kind))) continue;
    const std::string table = history_table(kind);
    auto done =
        run(trim.at(std::size_t(kind)),
            "DELETE FROM " + table + " WHERE id <= (SELECT max(id) FROM " + table + ") - ?1",
            [&](sqlite::Statement& statement) { statement.bind(1, std::int64_t(kHistoryLimit)); });
    if (!done) return done;
  }
  return {};
}

Result<void> StateStore::Database::put_log(const NotificationLogEntry& entry) {
  return run(log, "INSERT OR REPLACE INTO notification_log VALUES(?1,?2,?3,?4,?5,?6)",
             [&](sqlite::Statement& statement) {
               bind_key(statement, entry.key)
                   .bind(4, to_millis(entry.at))
                   .bind(5, join_fingerprints(entry.firing))
                   .bind(6, join_fingerprints(entry.resolved));
             });
}

Result<void> StateStore::Database::remove(const StateChanges& changes) {
  for (const auto& [rule, labels] : changes.forgotten_alerts)
    if (auto done = run(no_alert, "DELETE FROM alert WHERE rule=?1 AND labels=?2",
                        [&](sqlite::Statement& statement) {
                          statement.bind(1, rule).bind(2, encode_labels(labels));
                        });
        !done)
      return done;
  for (const DeliveryKey& key : changes.removed_outbox)
    if (auto done = run(no_outbox,
                        "DELETE FROM outbox WHERE receiver=?1 AND integration=?2 AND group_key=?3",
                        [&](sqlite::Statement& statement) { bind_key(statement, key); });
        !done)
      return done;
  for (const DeliveryKey& key : changes.removed_log)
    if (auto done = run(no_log,
                        "DELETE FROM notification_log WHERE receiver=?1 AND integration=?2"
                        " AND group_key=?3",
                        [&](sqlite::Statement& statement) { bind_key(statement, key); });
        !done)
      return done;
  for (const std::string& id : changes.removed_silences)
    if (auto done = run(no_silence, "DELETE FROM silence WHERE id=?1",
                        [&](sqlite::Statement& statement) { statement.bind(1, id); });
        !done)
      return done;
  for (const Labels& labels : changes.removed_notices)
    if (auto done =
            run(no_notice, "DELETE FROM notice WHERE labels=?1",
                [&](sqlite::Statement& statement) { statement.bind(1, encode_labels(labels)); });
        !done)
      return done;
  return {};
}

Result<void> StateStore::Database::put(const StateChanges& changes) {
  for (const StoredAlert& stored : changes.alerts)
    if (auto done = put_alert(stored); !done) return done;
  for (const OutboxRow& row : changes.outbox)
    if (auto done = put_outbox(row); !done) return done;
  for (const NotificationLogEntry& entry : changes.log)
    if (auto done = put_log(entry); !done) return done;
  for (const Silence& one : changes.silences)
    if (auto done = run(silence, "INSERT OR REPLACE INTO silence VALUES(?1,?2)",
                        [&](sqlite::Statement& statement) {
                          statement.bind(1, one.id).bind(2, encode_silence(one));
                        });
        !done)
      return done;
  for (const StoredNotice& stored : changes.notices)
    if (auto done = put_notice(stored); !done) return done;
  if (auto done = put_history(changes.history); !done) return done;
  if (!changes.alive_at) return {};
  return run(fact, "INSERT OR REPLACE INTO fact VALUES(?1,?2)", [&](sqlite::Statement& statement) {
    statement.bind(1, kAliveAt).bind(2, to_millis(*changes.alive_at));
  });
}

StateStore::StateStore(std::unique_ptr<Database> database, StoredState loaded)
    : database_(std::move(database)), loaded_(std::move(loaded)) {}
StateStore::StateStore(StateStore&&) noexcept = default;
StateStore& StateStore::operator=(StateStore&&) noexcept = default;
StateStore::~StateStore() = default;

Result<StateStore> StateStore::open(const std::string& path, Timestamp now, Log& log) {
  DiskReserve reserve(path + ".reserve", kReserveBytes);
  auto opened = open_with_room(path, reserve, log);
  std::string trouble;
  if (!opened && opened.error().kind != ErrorKind::Unavailable) {
    const std::string aside = path + ".damaged-" + std::to_string(to_millis(now));
    trouble = opened.error().message + "; the file was set aside as " + aside +
              ": alerts begin anew, notifications that waited in it are not sent";
    if (std::rename(path.c_str(), aside.c_str()) != 0) return system_error("rename " + path, errno);
    for (const char* const part : {"-wal", "-shm"})
      std::rename((path + part).c_str(), (aside + part).c_str());  // There may be none.
    log.error("{}", trouble);
    opened = open_with_room(path, reserve, log);
  }
  if (!opened) return std::move(opened).error();
  reserve.refill();
  StateStore store(std::make_unique<Database>(std::move(opened->connection), std::move(reserve)),
                   std::move(opened->state));
  store.trouble_ = std::move(trouble);
  return store;
}

StoredState StateStore::take_loaded() { return std::exchange(loaded_, {}); }

std::size_t StateStore::reserved_bytes() const { return database_->reserve.held(); }

Result<void> StateStore::write(const StateChanges& changes) {
  auto done = try_write(changes);
  DiskReserve& reserve = database_->reserve;
  while (!done && done.error().kind == ErrorKind::Unavailable && reserve.disk_is_full()) {
    // The log begins anew where it can: its old room takes many commits.
    if (database_->connection.execute("PRAGMA wal_checkpoint(RESTART)")) done = try_write(changes);
    if (!done && !reserve.give_back()) break;
  }
  // Whatever a commit has left of the room is kept again before others find it.
  if (done) reserve.refill();
  return done;
}

Result<void> StateStore::try_write(const StateChanges& changes) {
  auto transaction = sqlite::Transaction::begin(database_->connection);
  if (!transaction) return std::move(transaction).error();
  if (auto done = database_->remove(changes); !done) return done;
  if (auto done = database_->put(changes); !done) return done;
  return transaction->commit();
}

}  // namespace lapwing::alerting

#include "agent/tsdb/day_file.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "agent/sqlite/migrations.h"
#include "agent/sqlite/statement.h"
#include "agent/sqlite/transaction.h"
#include "agent/tsdb/bytes.h"

namespace lapwing::tsdb {
namespace {

constexpr std::int32_t kApplicationId = 0x4C574459;  // "LWDY"
constexpr std::array<std::string_view, 1> kSteps = {
    "CREATE TABLE series(id INTEGER PRIMARY KEY, labels BLOB NOT NULL, kind INTEGER NOT NULL,"
    " grp INTEGER NOT NULL, slot INTEGER NOT NULL);"
    "CREATE TABLE chunk(id INTEGER PRIMARY KEY, data BLOB NOT NULL);"
    "CREATE TABLE flushed(id INTEGER PRIMARY KEY CHECK(id = 1), epoch INTEGER NOT NULL,"
    " segment INTEGER NOT NULL, cut INTEGER NOT NULL, period INTEGER NOT NULL)"};
constexpr sqlite::Schema kSchema{kApplicationId, kSteps};

constexpr std::size_t kIdleReaders = 4;
constexpr std::int64_t kMillisPerMinute = 60'000;

// A chunk's id: when it begins, which group, and the how-manieth of these it is.
constexpr std::int64_t chunk_id(std::uint32_t minute, std::uint32_t group, std::uint32_t part) {
  return (std::int64_t(minute) << 40) | (std::int64_t(group) << 16) | part;
}

std::string encode_labels(const Labels& labels) {
  std::string out;
  for (const Label label : labels) {
    put_text(out, label.name);
    put_text(out, label.value);
  }
  return out;
}

Result<Labels> decode_labels(std::string_view bytes) {
  ByteReader in(bytes);
  std::vector<Label> labels;
  while (!in.at_end() && !in.failed()) {
    const std::string_view name = in.text();
    labels.push_back({name, in.text()});
  }
  if (in.failed() || labels.empty()) return corrupt("a series' labels are damaged");
  return Labels::from(std::move(labels));
}

}  // namespace

std::string day_file_name(std::int32_t day) {
  return format_rfc3339(day_start(day)).substr(0, 10) + ".db";
}

std::optional<std::int32_t> day_of_name(std::string_view name) {
  if (name.size() != 13 || !name.ends_with(".db")) return std::nullopt;
  const auto start = parse_rfc3339(std::string(name.substr(0, 10)) + "T00:00:00Z");
  if (!start) return std::nullopt;
  return day_of(*start);
}

/// Goes back to the pool unless it met an error.
class DayFile::Reader {
 public:
  Reader(const DayFile& file, sqlite::Connection connection)
      : file_(file), connection_(std::move(connection)) {}
  ~Reader() {
    if (healthy_) file_.give_back(std::move(connection_));
  }
  sqlite::Connection& operator*() { return connection_; }
  Error failed(Error error) {
    healthy_ = false;
    if (error.kind == ErrorKind::Corrupt) file_.suspect();
    return error;
  }

 private:
  const DayFile& file_;
  sqlite::Connection connection_;
  bool healthy_ = true;
};

Result<std::shared_ptr<DayFile>> DayFile::open(std::string path, std::int32_t day) {
  std::shared_ptr<DayFile> file(new DayFile(std::move(path), day));
  // Truncate, not WAL: chunks are appended, and a row is written once instead of twice.
  auto connection =
      sqlite::Connection::open(file->path_, {.journal_mode = sqlite::JournalMode::Truncate});
  if (!connection) return std::move(connection).error();
  if (auto migrated = sqlite::migrate(*connection, kSchema); !migrated)
    return std::move(migrated).error();
  if (auto loaded = file->load(*connection); !loaded) return std::move(loaded).error();
  return file;
}

Result<void> DayFile::load(sqlite::Connection& connection) {
  auto flushed = connection.prepare("SELECT epoch, segment, cut, period FROM flushed");
  if (!flushed) return std::move(flushed).error();
  const auto row = flushed->step();
  if (!row) return row.error();
  FlushMark mark;
  Duration period{0};
  if (*row) {
    mark = {std::uint64_t(flushed->integer(0)), std::uint64_t(flushed->integer(1)),
            from_millis(flushed->integer(2))};
    period = Duration(std::clamp<std::int64_t>(flushed->integer(3), 0, kDay.count()));
  }
  // One seek for each period instead of a scan over all chunks.
  auto next = connection.prepare("SELECT id FROM chunk WHERE id > ?1 ORDER BY id LIMIT 1");
  if (!next) return std::move(next).error();
  std::vector<std::uint32_t> starts;
  std::int64_t after = -1;
  while (true) {
    next->bind(1, after);
    const auto found = next->step();
    if (!found) return found.error();
    if (!*found) break;
    const std::int64_t minute = next->integer(0) >> 40;
    if (minute < 0 || minute >= 24 * 60) return corrupt(path_ + ": a chunk outside of its day");
    starts.push_back(std::uint32_t(minute));
    after = chunk_id(std::uint32_t(minute) + 1, 0, 0) - 1;
    next->reset();
  }
  const std::lock_guard lock(mutex_);
  mark_ = mark;
  period_ = period;
  starts_ = std::move(starts);
  return {};
}

FlushMark DayFile::mark() const {
  const std::lock_guard lock(mutex_);
  return mark_;
}

TimeRange DayFile::extent() const {
  const std::lock_guard lock(mutex_);
  const Timestamp start = day_start(day_);
  if (starts_.empty()) return {start, start};
  return {start + Duration(starts_.front() * kMillisPerMinute),
          std::min(start + Duration(starts_.back() * kMillisPerMinute) + period_, start + kDay)};
}

std::uint64_t DayFile::bytes() const {
  struct stat info{};
  return ::stat(path_.c_str(), &info) == 0 ? std::uint64_t(info.st_size) : 0;
}

Result<void> DayFile::write(const std::vector<Sealed*>& series, Duration period,
                            const FlushMark& mark, const Intern& intern) {
  auto connection = sqlite::Connection::open(
      path_, {.journal_mode = sqlite::JournalMode::Truncate, .busy_timeout = 10s});
  if (!connection) return std::move(connection).error();
  if (auto migrated = sqlite::migrate(*connection, kSchema); !migrated) return migrated;
  auto transaction = sqlite::Transaction::begin(*connection);
  if (!transaction) return std::move(transaction).error();
  if (auto placed = place(*connection, series, intern); !placed) return placed;
  if (auto written = write_chunks(*connection, series, period); !written) return written;
  auto flushed = connection->prepare(
      "INSERT INTO flushed VALUES(1, ?1, ?2, ?3, ?4) ON CONFLICT(id) DO UPDATE SET epoch = ?1,"
      " segment = ?2, cut = ?3, period = max(period, ?4)");
  if (!flushed) return std::move(flushed).error();
  flushed->bind(1, std::int64_t(mark.epoch)).bind(2, std::int64_t(mark.segment));
  flushed->bind(3, to_millis(mark.cut)).bind(4, std::int64_t(period.count()));
  if (auto done = flushed->run(); !done) return done;
  if (auto done = transaction->commit(); !done) return done;
  {
    // Series may have been added: an index read before the commit must not be kept after it.
    const std::lock_guard lock(mutex_);
    ++series_version_;
    index_.reset();
  }
  return load(*connection);
}

Result<void> DayFile::place(sqlite::Connection& connection, const std::vector<Sealed*>& series,
                            const Intern& intern) {
  const bool all_known = std::all_of(series.begin(), series.end(),
                                     [&](const Sealed* one) { return one->place.day == day_; });
  if (all_known) return {};
  auto known = index(intern);
  if (!known) return std::move(known).error();
  auto insert = connection.prepare("INSERT INTO series VALUES(?1, ?2, ?3, ?4, ?5)");
  if (!insert) return std::move(insert).error();
  std::uint32_t next = std::uint32_t((*known)->series.size());
  for (Sealed* const one : series) {
    if (one->place.day == day_) continue;
    std::uint32_t number = next;
    if (const auto* found = (*known)->index.find(one->labels)) {
      number = found->second;
    } else {
      ++next;
      insert->bind(1, std::int64_t(number)).bind_blob(2, encode_labels(one->labels));
      insert->bind(3, int(one->kind)).bind(4, std::int64_t(number / kGroupSeries));
      insert->bind(5, std::int64_t(number % kGroupSeries));
      if (auto done = insert->run(); !done) return done;
    }
    one->place = {day_, number};
  }
  return {};
}

Result<void> DayFile::write_chunks(sqlite::Connection& connection,
                                   const std::vector<Sealed*>& series, Duration period) {
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<GroupSeries>> chunks;
  const Timestamp start = day_start(day_);
  for (const Sealed* const one : series) {
    for (const auto& run : one->runs) {
      const Timestamp first = from_millis(run->first_time);
      if (day_of(first) != day_) continue;
      const auto minute =
          std::uint32_t((floor_to(first, period) - start).count() / kMillisPerMinute);
      auto& group = chunks[{minute, one->place.number / kGroupSeries}];
      const std::uint32_t slot = one->place.number % kGroupSeries;
      if (group.empty() || group.back().slot != slot) group.push_back({slot, {}});
      group.back().runs.push_back(run);
    }
  }
  auto newest = connection.prepare("SELECT max(id) FROM chunk WHERE id BETWEEN ?1 AND ?2");
  if (!newest) return std::move(newest).error();
  auto insert = connection.prepare("INSERT INTO chunk VALUES(?1, ?2)");
  if (!insert) return std::move(insert).error();
  Compressor compressor;
  for (const auto& [key, group] : chunks) {
    const std::int64_t first_id = chunk_id(key.first, key.second, 0);
    newest->bind(1, first_id).bind(2, chunk_id(key.first, key.second, 0xffff));
    const auto row = newest->step();
    if (!row) return row.error();
    const std::int64_t id = newest->is_null(0) ? first_id : newest->integer(0) + 1;
    newest->reset();
    if (id > chunk_id(key.first, key.second, 0xffff))
      return invalid(path_ + ": too many late additions to one chunk");
    const auto bytes = encode_group(group, compressor);
    if (!bytes) return bytes.error();
    insert->bind(1, id).bind_blob(2, *bytes);
    if (auto done = insert->run(); !done) return done;
  }
  return {};
}

Result<sqlite::Connection> DayFile::take_reader() const {
  {
    const std::lock_guard lock(mutex_);
    used_ = true;
    if (!readers_.empty()) {
      sqlite::Connection connection = std::move(readers_.back());
      readers_.pop_back();
      return connection;
    }
  }
  return sqlite::Connection::open(
      path_, {.access = sqlite::Access::ReadOnly, .busy_timeout = 5s, .cache_kib = 64});
}

void DayFile::give_back(sqlite::Connection connection) const {
  const std::lock_guard lock(mutex_);
  if (!retired_ && readers_.size() < kIdleReaders) readers_.push_back(std::move(connection));
}

bool DayFile::retired() const {
  const std::lock_guard lock(mutex_);
  return retired_;
}

void DayFile::suspect() const {
  const std::lock_guard lock(mutex_);
  suspicious_ = true;
}

bool DayFile::take_suspicion() {
  const std::lock_guard lock(mutex_);
  return std::exchange(suspicious_, false);
}

Result<std::shared_ptr<const DayIndex>> DayFile::index(const Intern& intern) const {
  std::uint64_t version = 0;
  {
    const std::lock_guard lock(mutex_);
    used_ = true;
    if (retired_) return std::make_shared<const DayIndex>();
    if (index_ != nullptr) return index_;
    version = series_version_;
  }
  auto opened = take_reader();
  if (!opened) return std::move(opened).error();
  Reader reader(*this, std::move(*opened));
  auto rows = (*reader).prepare("SELECT id, labels, kind, grp, slot FROM series ORDER BY id");
  if (!rows) return reader.failed(rows.error());
  auto index = std::make_shared<DayIndex>();
  while (true) {
    const auto row = rows->step();
    if (!row) return reader.failed(row.error());
    if (!*row) break;
    auto labels = decode_labels(rows->blob(1));
    if (!labels) return reader.failed(labels.error());
    const std::int64_t group = rows->integer(3), slot = rows->integer(4);
    // Numbers count up without gaps: that is how places are given out.
    if (rows->integer(0) != std::int64_t(index->series.size()) || group < 0 || group > 0xffffff ||
        slot < 0 || slot >= kGroupSeries)
      return reader.failed(corrupt(path_ + ": a series' row is damaged"));
    const SeriesKind kind = rows->integer(2) == int(SeriesKind::Counter) ? SeriesKind::Counter
                            : rows->integer(2) == int(SeriesKind::Gauge) ? SeriesKind::Gauge
                                                                         : SeriesKind::Unknown;
    index->index.add(intern(*labels), std::uint32_t(index->series.size()));
    const auto* kept = index->index.find(*labels);
    index->series.push_back({kept->first, kind, std::uint32_t(group), std::uint32_t(slot)});
  }
  const std::lock_guard lock(mutex_);
  if (version == series_version_) index_ = index;
  return std::shared_ptr<const DayIndex>(index);
}

Result<void> DayFile::read(std::uint32_t group, const std::set<std::uint32_t>& wanted,
                           TimeRange range, StoredRuns& out) const {
  std::vector<std::uint32_t> starts;
  {
    const std::lock_guard lock(mutex_);
    if (retired_) return {};
    for (const std::uint32_t minute : starts_) {
      const Timestamp start = day_start(day_) + Duration(minute * kMillisPerMinute);
      if (start <= range.to && start + period_ > range.from) starts.push_back(minute);
    }
  }
  auto opened = take_reader();
  // Retention may have unlinked the file since; what a query finds then is simply less.
  if (!opened) return retired() ? Result<void>() : Result<void>(std::move(opened).error());
  Reader reader(*this, std::move(*opened));
  auto rows = (*reader).prepare("SELECT data FROM chunk WHERE id BETWEEN ?1 AND ?2 ORDER BY id");
  if (!rows) return reader.failed(rows.error());
  Result<void> outcome;
  for (const std::uint32_t minute : starts) {
    rows->bind(1, chunk_id(minute, group, 0)).bind(2, chunk_id(minute, group, 0xffff));
    while (true) {
      const auto row = rows->step();
      if (!row) return reader.failed(row.error());
      if (!*row) break;
      if (auto decoded = decode_group(rows->blob(0), wanted, out); !decoded)
        outcome = reader.failed(std::move(decoded).in(path_).error());
    }
    rows->reset();
  }
  return outcome;
}

Result<void> DayFile::check() const {
  auto opened = take_reader();
  if (!opened) return std::move(opened).error();
  Reader reader(*this, std::move(*opened));
  auto checked = (*reader).quick_check();
  if (!checked) return reader.failed(checked.error());
  return {};
}

void DayFile::rest() {
  const std::lock_guard lock(mutex_);
  if (!std::exchange(used_, false)) {
    readers_.clear();
    index_.reset();
  }
}

void DayFile::retire() {
  const std::lock_guard lock(mutex_);
  retired_ = true;
  readers_.clear();
  index_.reset();
}

}  // namespace lapwing::tsdb

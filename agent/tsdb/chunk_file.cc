#include "agent/tsdb/chunk_file.h"

#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <utility>

#include "agent/sqlite/migrations.h"
#include "agent/sqlite/statement.h"
#include "agent/tsdb/bytes.h"

namespace lapwing::tsdb {
namespace {

// One table, and small pages: an empty table costs a page, a blob half of one.
constexpr std::array<std::string_view, 1> kSteps = {
    "CREATE TABLE chunk(id INTEGER PRIMARY KEY, data BLOB NOT NULL)"};
constexpr std::uint32_t kRawPageBytes = 1024;
constexpr std::uint32_t kBucketPageBytes = 512;

constexpr sqlite::Schema schema_of(Tier tier) {
  constexpr std::array<std::int32_t, kTiers> kApplicationIds = {0x4C574459, 0x4C574D4E,
                                                                0x4C574852};  // LWDY LWMN LWHR
  return {kApplicationIds[std::size_t(tier)], kSteps};
}

sqlite::Options writing(Tier tier) {
  return {.journal_mode = sqlite::JournalMode::Truncate,
          .busy_timeout = 10s,
          .page_bytes = tier == Tier::Raw ? kRawPageBytes : kBucketPageBytes,
          // A flush reads what the file has of a period while it writes, and queries go on.
          .cache_spill = false};
}

constexpr std::size_t kIdleReaders = 4;
// The index of more series than that (2 MiB) is read again when it is needed again: a flush would
// keep those of two files beside the head's own.
constexpr std::uint32_t kLargeIndex = 20'000;
constexpr std::int64_t kMillisPerMinute = 60'000;
constexpr std::uint32_t kGroups = 1u << 24;
// A file with more of them has been told of often enough.
constexpr std::size_t kDamagedChunks = 1000;

// Rows that are no chunks have negative numbers.
constexpr std::int64_t kMarkRow = -1;
constexpr std::int64_t kSeriesRows = -(std::int64_t(1) << 40);
constexpr std::int64_t kNoteRows = -(std::int64_t(1) << 41);
constexpr std::int64_t kNumbers = std::int64_t(1) << 32;

// A chunk's id: when it begins, which group, and the how-manieth of these it is.
constexpr std::int64_t chunk_id(std::uint32_t minute, std::uint32_t group, std::uint32_t part) {
  return (std::int64_t(minute) << 40) | (std::int64_t(group) << 16) | part;
}

std::uint32_t minute_of(Timestamp start, FileSpan span) {
  return std::uint32_t((start - span.start).count() / kMillisPerMinute);
}

Timestamp time_of(std::uint32_t minute, FileSpan span) {
  return span.start + Duration(minute * kMillisPerMinute);
}

}  // namespace

/// Goes back to the pool unless it met an error.
class ChunkFile::Reader {
 public:
  Reader(const ChunkFile& file, Pooled pooled) : file_(file), pooled_(std::move(pooled)) {}
  ~Reader() {
    if (healthy_) file_.give_back(std::move(pooled_));
  }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  sqlite::Connection& operator*() { return pooled_.connection; }
  /// The chunks whose ids are from ?1 to ?2.
  Result<sqlite::Statement*> chunks() {
    if (!pooled_.chunks) {
      auto prepared = pooled_.connection.prepare(
          "SELECT id, data FROM chunk WHERE id BETWEEN ?1 AND ?2 ORDER BY id");
      if (!prepared) return std::move(prepared).error();
      pooled_.chunks = *std::move(prepared);
    }
    return &*pooled_.chunks;
  }
  Error failed(Error error) {
    healthy_ = false;
    if (error.kind == ErrorKind::Corrupt) file_.suspect();
    return error;
  }

 private:
  const ChunkFile& file_;
  Pooled pooled_;
  bool healthy_ = true;
};

std::uint64_t ChunkFile::bytes() const {
  // Asked each second of each file: the disk is not.
  if (const std::uint64_t known = bytes_; known != kUnknownBytes) return known;
  struct stat info{};
  bytes_ = ::stat(path_.c_str(), &info) == 0 ? std::uint64_t(info.st_size) : 0;
  return bytes_;
}

Result<void> ChunkFile::load() const {
  const std::lock_guard loading(load_mutex_);
  {
    const std::lock_guard lock(mutex_);
    if (known_ || retired_) return {};
  }
  const auto loaded = [&]() -> Result<Known> {
    auto connection = sqlite::Connection::open(path_, writing(tier_));
    if (!connection) return std::move(connection).error();
    if (auto migrated = sqlite::migrate(*connection, schema_of(tier_)); !migrated)
      return std::move(migrated).error();
    return scan(*connection);
  }();
  if (!loaded) {
    // A file of another version is as unreadable as a damaged one: its owner sets it aside.
    if (loaded.error().kind != ErrorKind::Unavailable) suspect();
    return loaded.error();
  }
  bytes_ = kUnknownBytes;
  const std::lock_guard lock(mutex_);
  known_ = *loaded;
  return {};
}

Result<ChunkFile::Known> ChunkFile::scan(sqlite::Connection& connection) const {
  Known known;
  auto mark = connection.prepare("SELECT data FROM chunk WHERE id = -1");
  if (!mark) return std::move(mark).error();
  const auto row = mark->step();
  if (!row) return row.error();
  struct stat info{};
  // A page that is cut in two reads as zeros, without a word from SQLite.
  if (::stat(path_.c_str(), &info) == 0 && info.st_size % kBucketPageBytes != 0)
    return corrupt(path_ + ": cut short");
  if (!*row) {
    const auto rows = connection.integer("SELECT count(*) FROM chunk");
    if (!rows) return rows.error();
    if (*rows > 0) return corrupt(path_ + ": its mark is gone");
    return known;
  }
  ByteReader in(mark->blob(0));
  known.mark.epoch = in.fixed<std::uint64_t>();
  known.mark.segment = in.fixed<std::uint64_t>();
  known.mark.cut = from_millis(in.fixed<std::int64_t>());
  const auto period = in.fixed<std::int64_t>();
  known.period = Duration(std::clamp<std::int64_t>(period, 0, kDay.count()));
  known.writes = in.fixed<std::uint64_t>();
  known.series = in.fixed<std::uint32_t>();
  known.anew = in.byte() != 0;
  if (in.failed() || !in.at_end()) return corrupt(path_ + ": its mark is damaged");
  // One seek for each period instead of a scan over all chunks.
  auto next = connection.prepare("SELECT id FROM chunk WHERE id > ?1 ORDER BY id LIMIT 1");
  if (!next) return std::move(next).error();
  std::int64_t after = -1;
  while (true) {
    next->bind(1, after);
    const auto found = next->step();
    if (!found) return found.error();
    if (!*found) break;
    // A page of zeros has the number 0 everywhere: going on from it would never end.
    if (next->integer(0) <= after) return corrupt(path_ + ": chunks out of order");
    const std::int64_t minute = next->integer(0) >> 40;
    if (time_of(std::uint32_t(minute), span_) >= span_.end)
      return corrupt(path_ + ": a chunk outside of its span");
    known.starts.push_back(std::uint32_t(minute));
    after = chunk_id(std::uint32_t(minute) + 1, 0, 0) - 1;
    next->reset();
  }
  return known;
}

template <typename T>
Result<T> ChunkFile::known(T Known::* field) const {
  if (auto loaded = load(); !loaded) return std::move(loaded).error();
  const std::lock_guard lock(mutex_);
  return known_ && !retired_ ? (*known_).*field : T();
}

Result<FlushMark> ChunkFile::mark() const { return known(&Known::mark); }
Result<Duration> ChunkFile::period() const { return known(&Known::period); }
Result<std::uint64_t> ChunkFile::writes() const { return known(&Known::writes); }
Result<bool> ChunkFile::begun_anew() const { return known(&Known::anew); }

Result<std::vector<Timestamp>> ChunkFile::starts() const {
  const auto minutes = known(&Known::starts);
  if (!minutes) return minutes.error();
  std::vector<Timestamp> starts;
  starts.reserve(minutes->size());
  for (const std::uint32_t minute : *minutes) starts.push_back(time_of(minute, span_));
  return starts;
}

Result<std::vector<Timestamp>> ChunkFile::split_periods() const {
  if (auto loaded = load(); !loaded) return std::move(loaded).error();
  std::vector<Timestamp> starts;
  if (retired()) return starts;
  auto opened = take_reader();
  if (!opened) return std::move(opened).error();
  Reader reader(*this, std::move(*opened));
  auto rows = (*reader).prepare(
      "SELECT DISTINCT id >> 40 FROM chunk WHERE id >= 0 AND (id & 65535) > 0 ORDER BY id");
  if (!rows) return reader.failed(rows.error());
  while (true) {
    const auto row = rows->step();
    if (!row) return reader.failed(row.error());
    if (!*row) return starts;
    starts.push_back(time_of(std::uint32_t(rows->integer(0)), span_));
  }
}

TimeRange ChunkFile::extent() const {
  const std::lock_guard lock(mutex_);
  if (retired_) return {span_.start, span_.start};
  if (!known_) return {span_.start, span_.end};
  if (known_->starts.empty()) return {span_.start, span_.start};
  return {time_of(known_->starts.front(), span_),
          std::min(time_of(known_->starts.back(), span_) + known_->period, span_.end)};
}

Result<std::shared_ptr<const FileIndex>> ChunkFile::index(const Intern& intern, Cache cache) const {
  if (auto loaded = load(); !loaded) return std::move(loaded).error();
  std::uint64_t version = 0;
  std::uint32_t least = 0;
  {
    const std::lock_guard lock(mutex_);
    used_ = true;
    if (retired_) return std::make_shared<const FileIndex>();
    if (index_ != nullptr) return index_;
    version = known_->writes;
    least = known_->series;
  }
  auto opened = take_reader();
  if (!opened) return std::move(opened).error();
  Reader reader(*this, std::move(*opened));
  auto rows =
      (*reader).prepare("SELECT id, data FROM chunk WHERE id >= ?1 AND id < ?2 ORDER BY id");
  if (!rows) return reader.failed(rows.error());
  rows->bind(1, kSeriesRows).bind(2, kSeriesRows + kNumbers);
  auto index = std::make_shared<FileIndex>();
  if (cache == Cache::LookUp && least <= kLargeIndex) cache = Cache::Keep;
  if (cache == Cache::LookUp) index->index = SeriesIndex(SeriesIndex::Lists::None);
  while (true) {
    const auto row = rows->step();
    if (!row) return reader.failed(row.error());
    if (!*row) break;
    // Numbers count up without gaps: they are places in the list.
    if (rows->integer(0) - kSeriesRows != std::int64_t(index->series.size()))
      return reader.failed(corrupt(path_ + ": series are missing"));
    const std::size_t before = index->series.size();
    if (auto decoded = decode_series(rows->blob(1), index->series); !decoded)
      return reader.failed(std::move(decoded).in(path_).error());
    // At once: all labels of a large file twice would be as much as a flush takes.
    for (std::size_t i = before; i < index->series.size(); ++i) {
      Labels& labels = index->series[i].labels;
      labels = intern(labels);
      index->index.add(labels, std::uint32_t(i));
    }
  }
  // Where zeros hide whole blocks SQLite finds no row and no fault. Commits since only add series.
  if (index->series.size() < least) return reader.failed(corrupt(path_ + ": series are missing"));
  const std::lock_guard lock(mutex_);
  if (cache == Cache::Keep && known_ && version == known_->writes) index_ = index;
  return std::shared_ptr<const FileIndex>(index);
}

Result<void> ChunkFile::read(std::uint32_t group, TimeRange range, const Visit& visit) const {
  if (auto loaded = load(); !loaded) return loaded;
  std::vector<std::uint32_t> starts;
  {
    const std::lock_guard lock(mutex_);
    if (retired_) return {};
    for (const std::uint32_t minute : known_->starts) {
      const Timestamp start = time_of(minute, span_);
      if (start <= range.to && start + known_->period >= range.from) starts.push_back(minute);
    }
  }
  if (starts.empty()) return {};
  auto opened = take_reader();
  // Retention may have unlinked the file since; what a query finds then is simply less.
  if (!opened) return retired() ? Result<void>() : Result<void>(std::move(opened).error());
  Reader reader(*this, std::move(*opened));
  const auto prepared = reader.chunks();
  if (!prepared) return reader.failed(prepared.error());
  sqlite::Statement& rows = **prepared;
  // One lock for all periods: taking it costs a dozen system calls.
  if (auto begun = (*reader).execute("BEGIN"); !begun) return reader.failed(begun.error());
  for (const std::uint32_t minute : starts) {
    const std::int64_t first = chunk_id(minute, group, 0);
    rows.bind(1, first).bind(2, chunk_id(minute, group, 0xffff));
    while (true) {
      const auto row = rows.step();
      if (!row) return reader.failed(row.error());
      if (!*row) break;
      if (rows.integer(0) < first) return reader.failed(corrupt(path_ + ": chunks out of order"));
      if (auto visited = visit(time_of(minute, span_), rows.blob(1)); !visited)
        return reader.failed(std::move(visited).in(path_).error());
    }
    rows.reset();
  }
  if (auto ended = (*reader).execute("COMMIT"); !ended) return reader.failed(ended.error());
  return {};
}

Result<std::optional<std::uint64_t>> ChunkFile::note(std::uint32_t key) const {
  if (auto loaded = load(); !loaded) return std::move(loaded).error();
  if (retired()) return std::optional<std::uint64_t>();
  auto opened = take_reader();
  if (!opened) return std::move(opened).error();
  Reader reader(*this, std::move(*opened));
  auto row = (*reader).prepare("SELECT data FROM chunk WHERE id = ?1");
  if (!row) return reader.failed(row.error());
  row->bind(1, kNoteRows + std::int64_t(key));
  const auto found = row->step();
  if (!found) return reader.failed(found.error());
  if (!*found) return std::optional<std::uint64_t>();
  ByteReader in(row->blob(0));
  return std::optional<std::uint64_t>(in.fixed<std::uint64_t>());
}

Result<ChunkFile::Pooled> ChunkFile::take_reader() const {
  {
    const std::lock_guard lock(mutex_);
    used_ = true;
    if (!readers_.empty()) {
      Pooled reader = std::move(readers_.back());
      readers_.pop_back();
      return reader;
    }
  }
  auto opened = sqlite::Connection::open(path_, {.access = sqlite::Access::ReadOnly,
                                                 .busy_timeout = 5s,
                                                 .cache_kib = 64,
                                                 .read_ahead = true});
  if (!opened) return std::move(opened).error();
  return Pooled{*std::move(opened), {}};
}

void ChunkFile::give_back(Pooled reader) const {
  const std::lock_guard lock(mutex_);
  // A long range opens many files of a coarse tier: one connection each is enough.
  const std::size_t most = tier_ == Tier::Raw ? kIdleReaders : 1;
  if (!retired_ && readers_.size() < most) readers_.push_back(std::move(reader));
}

Result<void> ChunkFile::check() const {
  if (auto loaded = load(); !loaded) return loaded;
  if (retired()) return {};
  auto opened = take_reader();
  if (!opened) return std::move(opened).error();
  Reader reader(*this, std::move(*opened));
  auto checked = (*reader).quick_check();
  if (!checked) return reader.failed(checked.error());
  return {};
}

void ChunkFile::rest() {
  const std::lock_guard lock(mutex_);
  if (!std::exchange(used_, false)) {
    readers_.clear();
    index_.reset();
  }
}

void ChunkFile::retire() {
  const std::lock_guard lock(mutex_);
  retired_ = true;
  readers_.clear();
  index_.reset();
}

bool ChunkFile::retired() const {
  const std::lock_guard lock(mutex_);
  return retired_;
}

void ChunkFile::suspect() const {
  const std::lock_guard lock(mutex_);
  suspicious_ = true;
}

void ChunkFile::suspect_chunk(Timestamp start, std::uint32_t group, const Error& why) const {
  const std::lock_guard lock(mutex_);
  if (damaged_.size() >= kDamagedChunks || !damaged_.emplace(start, group).second) return;
  suspicious_ = true;
  untold_damage_.push_back(
      fmt::format("period {}, group {}: {}", format_rfc3339(start), group, why.message));
}

std::vector<std::string> ChunkFile::take_damaged_chunks() const {
  const std::lock_guard lock(mutex_);
  return std::exchange(untold_damage_, {});
}

bool ChunkFile::take_suspicion() const {
  const std::lock_guard lock(mutex_);
  return std::exchange(suspicious_, false);
}

Result<ChunkFile::Writer> ChunkFile::Writer::begin(ChunkFile& file, const Intern& intern) {
  // Before the transaction: reading the index takes a connection of its own.
  auto index = file.index(intern, Cache::LookUp);
  if (!index) return std::move(index).error();
  auto connection = sqlite::Connection::open(file.path_, writing(file.tier_));
  if (!connection) return std::move(connection).error();
  if (auto migrated = sqlite::migrate(*connection, schema_of(file.tier_)); !migrated)
    return std::move(migrated).error();
  Writer writer(file, std::move(*connection));
  auto transaction = sqlite::Transaction::begin(*writer.connection_);
  if (!transaction) return std::move(transaction).error();
  writer.transaction_.emplace(std::move(*transaction));
  writer.known_ = std::move(*index);
  writer.next_ = std::uint32_t(writer.known_->series.size());
  return writer;
}

std::optional<std::uint32_t> ChunkFile::Writer::find(const Labels& labels) const {
  if (const auto* known = known_->index.find(labels)) return known->second;
  const auto added = added_numbers_.find(labels);
  return added == added_numbers_.end() ? std::nullopt : std::optional(added->second);
}

Result<void> ChunkFile::Writer::add(std::span<const FileSeries> added) {
  auto insert = connection_->prepare("INSERT INTO chunk VALUES(?1, ?2)");
  if (!insert) return std::move(insert).error();
  while (!added.empty()) {
    const auto block = added.subspan(0, std::min(added.size(), kBlockSeries));
    added = added.subspan(block.size());
    if (next_ + block.size() >= std::size_t(kGroups) * kGroupSeries)
      return invalid(file_.path_ + ": too many series for one file");
    const auto bytes = encode_series(block, compressor_);
    if (!bytes) return bytes.error();
    insert->bind(1, kSeriesRows + std::int64_t(next_)).bind_blob(2, *bytes);
    if (auto done = insert->run(); !done) return done;
    for (const FileSeries& one : block) added_numbers_.emplace(one.labels, next_++);
  }
  return {};
}

Result<void> ChunkFile::Writer::add(Timestamp start, std::uint32_t group, std::string_view chunk) {
  const std::uint32_t minute = minute_of(start, file_.span_);
  const std::int64_t last = chunk_id(minute, group, 0xffff);
  auto newest = connection_->prepare("SELECT max(id) FROM chunk WHERE id BETWEEN ?1 AND ?2");
  if (!newest) return std::move(newest).error();
  newest->bind(1, chunk_id(minute, group, 0)).bind(2, last);
  const auto row = newest->step();
  if (!row) return row.error();
  const std::int64_t id = newest->is_null(0) ? chunk_id(minute, group, 0) : newest->integer(0) + 1;
  newest->reset();
  if (id > last) return invalid(file_.path_ + ": too many late additions to one chunk");
  auto insert = connection_->prepare("INSERT INTO chunk VALUES(?1, ?2)");
  if (!insert) return std::move(insert).error();
  insert->bind(1, id).bind_blob(2, chunk);
  return insert->run();
}

Result<void> ChunkFile::Writer::remove(Timestamp start) {
  const std::uint32_t minute = minute_of(start, file_.span_);
  auto remove = connection_->prepare("DELETE FROM chunk WHERE id >= ?1 AND id < ?2");
  if (!remove) return std::move(remove).error();
  remove->bind(1, chunk_id(minute, 0, 0)).bind(2, chunk_id(minute + 1, 0, 0));
  return remove->run();
}

Result<void> ChunkFile::Writer::set_note(std::uint32_t key, std::uint64_t value) {
  auto set = connection_->prepare("INSERT OR REPLACE INTO chunk VALUES(?1, ?2)");
  if (!set) return std::move(set).error();
  std::string bytes;
  put_fixed(bytes, value);
  set->bind(1, kNoteRows + std::int64_t(key)).bind_blob(2, bytes);
  return set->run();
}

Result<void> ChunkFile::Writer::commit(const FlushMark& mark, Duration period, bool anew) {
  Known known;
  {
    const std::lock_guard lock(file_.mutex_);
    if (file_.known_) known = *file_.known_;
  }
  std::string bytes;
  put_fixed(bytes, mark.epoch);
  put_fixed(bytes, mark.segment);
  put_fixed(bytes, to_millis(mark.cut));
  put_fixed(bytes, std::int64_t(std::max(period, known.period).count()));
  put_fixed(bytes, known.writes + 1);
  put_fixed(bytes, next_);
  bytes += char(known.anew || anew ? 1 : 0);
  auto set = connection_->prepare("INSERT OR REPLACE INTO chunk VALUES(?1, ?2)");
  if (!set) return std::move(set).error();
  set->bind(1, kMarkRow).bind_blob(2, bytes);
  if (auto done = set->run(); !done) return done;
  if (auto done = transaction_->commit(); !done) return done;
  file_.bytes_ = kUnknownBytes;
  auto scanned = file_.scan(*connection_);
  if (!scanned) return scanned.error();
  const std::lock_guard lock(file_.mutex_);
  file_.known_ = *std::move(scanned);
  if (!added_numbers_.empty() || next_ > kLargeIndex) file_.index_.reset();
  return {};
}

Result<void> ChunkFile::Writer::shrink() {
  auto done = connection_->execute("VACUUM");
  file_.bytes_ = kUnknownBytes;
  return done;
}

}  // namespace lapwing::tsdb

// Opening a store: the folder, the day files, then what the journal holds beyond them.
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <random>
#include <unordered_map>
#include <utility>

#include "agent/base/file.h"
#include "agent/tsdb/store.h"

namespace lapwing::tsdb {
namespace {

constexpr std::size_t kSegmentLimitBytes = 1u << 30;
// What the journal holds was within limits when it was written; `now` may be another clock's.
constexpr Timestamp kAnyTime = from_millis(1LL << 60);

std::uint64_t random_epoch() {
  std::random_device device;
  return (std::uint64_t(device()) << 32) ^ device();
}

}  // namespace

/// Puts a segment's samples into the head, but for those that day files have already.
class Store::Replay final : public JournalSink {
 public:
  explicit Replay(Store& store) : store_(store), now_(store.clock_.now()) {}

  void begin(const SegmentHeader& header) {
    header_ = header;
    refs_.clear();
    newest_ = kBeginningOfTime;
  }
  Timestamp newest() const { return newest_; }
  std::uint64_t samples() const { return samples_; }

  void series(std::uint32_t id, SeriesKind kind, const Labels& labels) override {
    const std::lock_guard lock(store_.head_mutex_);
    const auto ref = store_.head_.resolve(labels, kind, now_);
    if (ref) refs_[id] = *ref;
  }

  void samples(std::string_view source, std::int64_t time, std::span<const std::uint32_t> ids,
               std::span<const Timestamp> times, std::span<const double> values) override {
    const std::lock_guard lock(store_.head_mutex_);
    batch_refs_.clear();
    batch_times_.clear();
    batch_values_.clear();
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const Timestamp at = times.empty() ? from_millis(time) : times[i];
      newest_ = std::max(newest_, at);
      const auto ref = refs_.find(ids[i]);
      if (ref == refs_.end() || is_flushed(at)) continue;
      batch_refs_.push_back(ref->second);
      if (!times.empty()) batch_times_.push_back(at);
      batch_values_.push_back(values[i]);
    }
    if (batch_refs_.empty()) return;
    const Batch batch{.source = times.empty() ? store_.head_.source(source) : kNoSource,
                      .time = from_millis(time),
                      .refs = batch_refs_,
                      .values = batch_values_,
                      .times = batch_times_,
                      .on_conflict = OnConflict::Replace};
    samples_ += store_.head_.append(batch, kAnyTime, kBeginningOfTime, nullptr, 0).stored;
  }

 private:
  bool is_flushed(Timestamp time) {
    if (time < from_millis(0)) return true;
    const FlushMark& mark = mark_of(start_of(time, kDay));
    return mark.epoch == header_.epoch && header_.number <= mark.segment && time <= mark.cut;
  }

  /// Of a day's file; samples come day by day, so the files that are opened are few.
  const FlushMark& mark_of(Timestamp day) {
    const auto known = marks_.find(day);
    if (known != marks_.end()) return known->second;
    FlushMark mark;
    if (const File file = store_.raw_.find(day + 1ms)) {
      if (const auto read = file->mark())
        mark = *read;
      else if (read.error().kind != ErrorKind::Unavailable)
        store_.set_file_aside(store_.raw_, file, read.error());
    }
    return marks_[day] = mark;
  }

  Store& store_;
  std::map<Timestamp, FlushMark> marks_;
  const Timestamp now_;
  SegmentHeader header_;
  std::unordered_map<std::uint32_t, SeriesRef> refs_;
  Timestamp newest_ = kBeginningOfTime;
  std::uint64_t samples_ = 0;
  std::vector<SeriesRef> batch_refs_;
  std::vector<Timestamp> batch_times_;
  std::vector<double> batch_values_;
};

Result<std::unique_ptr<Store>> Store::open(StoreOptions options, const Clock& clock, Log& log,
                                           metrics::Registry& registry) {
  const Duration period = options.head.period;
  if (period < 1min || period % 1min != 0ms || kDay % period != 0ms)
    return invalid("store: the head's period must be whole minutes that divide a day");
  auto folder = Folder::open(options.folder, log);
  if (!folder) return std::move(folder).in("store").error();
  const bool renamed = !folder->set_aside().empty();
  std::unique_ptr<Store> store(
      new Store(std::move(options), std::move(*folder), clock, log, registry));
  if (renamed) {
    store->metrics_.files_set_aside.add();
    store->file_trouble_ =
        "a folder of another version was set aside as " + store->folder_.set_aside();
  }
  if (auto opened = store->open_files(); !opened) return std::move(opened).in("store").error();
  if (auto replayed = store->replay_journal(); !replayed)
    return std::move(replayed).in("store").error();
  store->find_records();
  store->look_after_files();
  store->publish(clock.now());
  return store;
}

Result<void> Store::open_files() {
  for (TierFiles* const tier : {&raw_, &minutes_, &hours_}) {
    if (auto listed = tier->list(); !listed) return listed;
    open_newest(*tier);
  }
  // Days that a crash may have left without hours; older ones are made before they go.
  const auto days = minutes_.all();
  for (std::size_t i = days.size() - std::min<std::size_t>(days.size(), 3); i < days.size(); ++i)
    changed_days_.insert(days[i]->span().start);
  // A day whose minutes were lost has its samples as long as these are kept. Minutes that a limit
  // in bytes has removed are no loss: they are older than those that are there.
  const Timestamp first =
      options_.minutes.size_bytes == 0 || days.empty() ? kBeginningOfTime : days[0]->span().start;
  for (const File& file : raw_.all())
    if (file->span().start >= first) unchecked_days_.insert(file->span().start);
  return {};
}

/// The newest file is the one that a crash may have hit; the others show damage when they are read.
void Store::open_newest(TierFiles& tier) {
  const auto files = tier.all();
  if (files.empty()) return;
  auto sound = files.back()->load();
  if (sound && tier.tier() != Tier::Hours) sound = files.back()->check();
  static_cast<void>(files.back()->take_suspicion());
  if (sound) return;
  if (sound.error().kind != ErrorKind::Unavailable) {
    set_file_aside(tier, files.back(), sound.error());
    return;
  }
  tier.remove(files.back());
  file_trouble_ = sound.error().message;
  log_.error("store: {}: going on without that file", file_trouble_);
}

Result<void> Store::replay_journal() {
  auto segments = list_segments(folder_.journal());
  if (!segments) return unavailable(segments.error().message);
  Replay replay(*this);
  std::vector<Segment> kept;
  std::uint64_t epoch = 0;
  for (Segment& segment : *segments) {
    segment_ = std::max(segment_, segment.number + 1);
    const auto bytes = read_file(segment.path, kSegmentLimitBytes);
    if (!bytes) {
      file_trouble_ = bytes.error().message;
      log_.error("store: {}: going on without that part of the journal", file_trouble_);
      continue;
    }
    const auto header = read_segment_header(*bytes);
    if (!header) {
      // Shorter than a header: the crash came when the segment was being made.
      if (bytes->size() < 32) {
        ::unlink(segment.path.c_str());
        metrics_.journal_torn.add();
        continue;
      }
      const auto aside = set_aside(segment.path, "damaged");
      metrics_.files_set_aside.add();
      file_trouble_ = "the journal's segment " + segment.path + " cannot be read" +
                      (aside ? ": set aside as " + *aside : "");
      log_.error("store: {}", file_trouble_);
      continue;
    }
    replay.begin(*header);
    epoch = header->epoch;
    const SegmentReplay result = replay_segment(*bytes, replay);
    if (result.torn_bytes > 0) metrics_.journal_torn.add();
    if (result.damaged > 0) {
      // What could be read stays in the journal until a chunk has it; a second name keeps the
      // damaged file beyond that.
      const std::string aside = segment.path + ".damaged";
      if (::link(segment.path.c_str(), aside.c_str()) == 0) metrics_.files_set_aside.add();
      metrics_.journal_damaged.add(double(result.damaged));
      file_trouble_ = fmt::format("{}: {} damaged places, the rest was read; kept as {}",
                                  segment.path, result.damaged, aside);
      log_.error("store: {}", file_trouble_);
    }
    segment.newest = replay.newest();
    kept.push_back(std::move(segment));
  }
  journal_.emplace(folder_.journal(), kept.empty() ? random_epoch() : epoch);
  for (Segment& segment : kept) journal_->adopt(std::move(segment));
  if (replay.samples() > 0)
    log_.info("store: {} samples from the journal, {} day files", replay.samples(),
              raw_.all().size());
  return {};
}

}  // namespace lapwing::tsdb

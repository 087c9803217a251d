// The write side of the Store. Opening is in store_open.cc, reading in store_read.cc.
#include "agent/tsdb/store.h"

#include <unistd.h>

#include <algorithm>
#include <map>
#include <utility>

namespace lapwing::tsdb {
namespace {

// A batch read within 50 ms of its tick is in the journal 60 ms after the tick.
constexpr Duration kWriteDelay = 60ms;
// How often the journal repeats what it otherwise only remembers: damage costs so much at most.
constexpr Duration kRestartInterval = 30s;
constexpr std::size_t kFrameBytes = 1u << 20;
constexpr Duration kRetryInterval = 30s;
constexpr Duration kCareInterval = 1min;
constexpr Duration kRetireAfter = 1h;

}  // namespace

Store::Store(StoreOptions options, Folder folder, const Clock& clock, Log& log,
             metrics::Registry& registry)
    : options_(std::move(options)),
      folder_(std::move(folder)),
      clock_(clock),
      log_(log),
      metrics_(registry),
      head_(options_.head),
      status_(std::make_shared<const StoreStatus>()) {}

Store::~Store() { close(); }

SourceRef Store::source(std::string_view name) {
  const std::lock_guard lock(head_mutex_);
  return head_.source(name);
}

Result<SeriesRef> Store::resolve(const Labels& labels, SeriesKind kind) {
  const Timestamp now = clock_.now();
  const std::lock_guard lock(head_mutex_);
  auto ref = head_.resolve(labels, kind, now);
  if (!ref) {
    ++refused_series_;
    metrics_.series_refused.add();
  }
  return ref;
}

AppendOutcome Store::append(const Batch& batch) {
  const Timestamp now = clock_.now();
  Timestamp newest = batch.time;
  if (!batch.times.empty()) newest = *std::max_element(batch.times.begin(), batch.times.end());
  AppendOutcome outcome;
  {
    const std::lock_guard lock(head_mutex_);
    outcome = head_.append(batch, now, oldest_kept_, &encoder_, segment_);
    appended_ += outcome.stored;
    pending_newest_ = std::max(pending_newest_, std::min(newest, now + kFarthestAhead));
    if (encoder_.pending_bytes() >= kFrameBytes) seal_frame();
  }
  if (outcome.stored > 0) metrics_.samples_appended.add(outcome.stored);
  if (outcome.out_of_order > 0) metrics_.samples_out_of_order.add(outcome.out_of_order);
  if (outcome.conflicting > 0) metrics_.samples_conflicting.add(outcome.conflicting);
  if (outcome.too_far_ahead > 0) metrics_.samples_too_far_ahead.add(outcome.too_far_ahead);
  return outcome;
}

void Store::seal_frame() {
  if (encoder_.pending_bytes() == 0) return;
  frames_.push_back({segment_, encoder_.take(), pending_newest_});
  frame_bytes_ += frames_.back().payload.size();
  pending_newest_ = kBeginningOfTime;
  if (frame_bytes_ <= options_.pending_limit_bytes) return;
  // The disk takes nothing: memory has its bound. The samples stay in the head; the journal goes
  // on in another segment, which can be read without what is dropped here.
  frames_.clear();
  frame_bytes_ = 0;
  ++segment_;
  encoder_.restart();
  metrics_.journal_dropped.add();
}

Timestamp Store::step(Timestamp now) {
  const bool paused = jump_.paused(now, clock_.monotonic());
  write_journal(now);
  flush_if_due(now);
  keep_limits(now);
  if (now >= next_care_ || next_care_ > now + kCareInterval) {
    next_care_ = now + kCareInterval;
    if (!paused) retain(now);
    look_after_files();
  }
  publish(now);
  return floor_to(now - kWriteDelay, 1s) + 1s + kWriteDelay;
}

void Store::write_journal(Timestamp now) {
  {
    const std::lock_guard lock(head_mutex_);
    seal_frame();
    if (now >= next_restart_ || next_restart_ > now + kRestartInterval) {
      next_restart_ = now + kRestartInterval;
      encoder_.restart();
    }
  }
  Result<void> outcome;
  const std::uint64_t before = journal_->written_bytes();
  while (outcome) {
    Frame frame;
    {
      const std::lock_guard lock(head_mutex_);
      if (frames_.empty()) break;
      frame = std::move(frames_.front());
      frames_.pop_front();
      frame_bytes_ -= frame.payload.size();
    }
    outcome = journal_->write(frame.segment, frame.payload, frame.newest);
    if (!outcome) {
      const std::lock_guard lock(head_mutex_);
      frame_bytes_ += frame.payload.size();
      frames_.push_front(std::move(frame));
    }
  }
  metrics_.written_journal.add(double(journal_->written_bytes() - before));
  if (outcome && (now >= next_sync_ || next_sync_ > now + options_.sync_interval)) {
    next_sync_ = now + options_.sync_interval;
    outcome = journal_->sync();
  }
  if (!outcome) metrics_.write_failures.add();
  note_trouble(outcome ? "" : outcome.error().message);
}

void Store::note_trouble(std::string trouble) {
  if (trouble == write_trouble_) return;
  if (trouble.empty())
    log_.info("store: writing works again");
  else if (write_trouble_.empty())
    log_.error("store: {}: samples stay in memory, writing is tried again each second", trouble);
  write_trouble_ = std::move(trouble);
}

void Store::flush_if_due(Timestamp now) {
  const Duration period = options_.head.period;
  // After the clock was set back the next time may be far away: begin the count anew.
  const bool lost_count = next_flush_ > now + 2 * period + options_.head_hold;
  if (now < next_flush_ && !lost_count) return;
  const Timestamp cut = floor_to(now - options_.head_hold, period);
  if (auto flushed = flush(cut); !flushed) {
    metrics_.write_failures.add();
    log_.error("store: {}: chunks stay in memory, writing is tried again in {}",
               flushed.error().message, format_duration(kRetryInterval));
    next_flush_ = now + kRetryInterval;
    return;
  }
  next_flush_ = cut + period + options_.head_hold;
}

Result<void> Store::flush(Timestamp cut) {
  std::vector<Sealed> collected;
  FlushMark mark{journal_->epoch(), 0, cut};
  {
    const std::lock_guard lock(head_mutex_);
    collected = head_.collect(cut);
    if (collected.empty()) {
      mark.segment = segment_ - 1;
    } else {
      // What comes from now on is not in these chunks: it goes to another segment.
      seal_frame();
      mark.segment = segment_++;
      encoder_.restart();
    }
  }
  std::map<std::int32_t, std::vector<Sealed>> days;
  for (Sealed& one : collected) {
    for (auto& run : one.runs) {
      auto& day = days[day_of(from_millis(run->first_time))];
      if (day.empty() || day.back().ref != one.ref)
        day.push_back({one.ref, one.labels, one.kind, one.place, {}});
      day.back().runs.push_back(run);
    }
  }
  collected.clear();
  for (auto& [day, series] : days) {
    std::vector<Sealed*> pointers;
    for (Sealed& one : series) pointers.push_back(&one);
    if (auto done = flush_day(day, pointers, mark); !done) return done;
    const std::lock_guard lock(head_mutex_);
    head_.remove(series);
  }
  journal_->drop(mark.segment, cut);
  return {};
}

Result<void> Store::flush_day(std::int32_t day, std::vector<Sealed*>& series,
                              const FlushMark& mark) {
  std::shared_ptr<DayFile> file = file_of(day);
  if (file == nullptr) {
    const std::string path = folder_.raw() + "/" + day_file_name(day);
    auto opened = DayFile::open(path, day);
    if (!opened) {
      if (opened.error().kind != ErrorKind::Unavailable) {
        if (auto aside = set_aside(path, "damaged"); aside) {
          metrics_.files_set_aside.add();
          log_.error("store: {}: set aside as {}", opened.error().message, *aside);
        }
      }
      return std::move(opened).error();
    }
    file = std::move(*opened);
    add_file(file);
  }
  const std::uint64_t before = file->bytes();
  auto written = file->write(series, options_.head.period, mark,
                             [this](const Labels& labels) { return intern(labels); });
  if (!written) {
    if (written.error().kind != ErrorKind::Unavailable) set_file_aside(file, written.error());
    return written;
  }
  const std::uint64_t grown = file->bytes() - std::min(before, file->bytes());
  chunk_written_bytes_ += grown;
  metrics_.written_chunks.add(double(grown));
  return {};
}

std::shared_ptr<DayFile> Store::file_of(std::int32_t day) const {
  const std::lock_guard lock(files_mutex_);
  for (const auto& file : files_)
    if (file->day() == day) return file;
  return nullptr;
}

void Store::add_file(std::shared_ptr<DayFile> file) {
  const std::lock_guard lock(files_mutex_);
  const auto at = std::find_if(files_.begin(), files_.end(),
                               [&](const auto& other) { return other->day() > file->day(); });
  files_.insert(at, std::move(file));
}

void Store::set_file_aside(const std::shared_ptr<DayFile>& file, const Error& why) {
  {
    const std::lock_guard lock(files_mutex_);
    std::erase(files_, file);
  }
  file->retire();
  {
    const std::lock_guard lock(head_mutex_);
    head_.forget_places();
  }
  metrics_.files_set_aside.add();
  const auto aside = set_aside(file->path(), "damaged");
  file_trouble_ = why.message + (aside ? ": set aside as " + *aside : "");
  log_.error("store: {}", file_trouble_);
}

void Store::keep_limits(Timestamp now) {
  std::size_t bytes = 0;
  {
    const std::lock_guard lock(head_mutex_);
    bytes = head_.bytes();
  }
  if (bytes <= options_.head.size_limit_bytes / 2) return;
  if (now >= retry_ || retry_ > now + kRetryInterval) {
    retry_ = now + 10s;
    const auto flushed = flush(kNever);
    if (!flushed) log_.error("store: {}: memory is running short", flushed.error().message);
  }
  std::uint64_t lost = 0;
  {
    const std::lock_guard lock(head_mutex_);
    lost = head_.give_up_oldest();
  }
  if (lost == 0) return;
  metrics_.samples_lost.add(double(lost));
  log_.error("store: gave up {} of the oldest samples in memory, which the disk did not take",
             lost);
}

void Store::retain(Timestamp now) {
  std::vector<std::shared_ptr<DayFile>> files;
  {
    const std::lock_guard lock(files_mutex_);
    files = files_;
  }
  std::vector<RetainedFile> retained;
  Timestamp newest = kBeginningOfTime;
  for (const auto& file : files) {
    retained.push_back({day_start(file->day()) + kDay, file->bytes()});
    if (file->extent().to > file->extent().from) newest = std::max(newest, file->extent().to);
  }
  {
    const std::lock_guard lock(head_mutex_);
    newest = std::max(newest, head_.newest());
    if (options_.raw.time.count() > 0 && newest > from_millis(0))
      oldest_kept_ = newest - options_.raw.time;
    head_.retire(now - kRetireAfter);
  }
  const auto expired = expired_file(retained, newest, options_.raw);
  if (!expired) return;
  const auto& file = files[*expired];
  {
    const std::lock_guard lock(files_mutex_);
    std::erase(files_, file);
  }
  file->retire();
  {
    const std::lock_guard lock(head_mutex_);
    head_.forget_places();
  }
  if (::unlink(file->path().c_str()) == 0) {
    metrics_.files_removed.add();
    log_.info("store: retention removed {}", file->path());
  }
}

void Store::look_after_files() {
  std::vector<std::shared_ptr<DayFile>> files;
  {
    const std::lock_guard lock(files_mutex_);
    files = files_;
  }
  for (const auto& file : files) {
    if (file->take_suspicion()) {
      const auto checked = file->check();
      static_cast<void>(file->take_suspicion());
      if (!checked && checked.error().kind == ErrorKind::Corrupt) {
        set_file_aside(file, checked.error());
        continue;
      }
      log_.warn("store: {} holds a damaged chunk; the rest of the file is read on", file->path());
    }
    file->rest();
  }
  std::uint64_t refused = 0;
  std::size_t series = 0;
  Timestamp oldest = kNever;
  {
    const std::lock_guard lock(head_mutex_);
    refused = refused_series_;
    series = head_.series();
    oldest = head_.oldest();
  }
  for (const auto& file : files)
    if (const TimeRange extent = file->extent(); extent.from < extent.to)
      oldest = std::min(oldest, extent.from);
  oldest_ = oldest;
  if (refused > told_refused_series_) {
    log_.warn(
        "store: refused {} requests for new series (there are {}, the limit is {}); "
        "known series go on",
        refused - told_refused_series_, series, options_.head.series_limit);
    told_refused_series_ = refused;
  }
}

std::uint64_t Store::chunk_bytes() const {
  std::uint64_t bytes = 0;
  const std::lock_guard lock(files_mutex_);
  for (const auto& file : files_) bytes += file->bytes();
  return bytes;
}

void Store::publish(Timestamp) {
  auto status = std::make_shared<StoreStatus>();
  std::size_t head_bytes = 0;
  {
    const std::lock_guard lock(head_mutex_);
    status->series = head_.series();
    status->samples_appended = appended_;
    status->newest = head_.newest();
    head_bytes = head_.bytes();
  }
  {
    const std::lock_guard lock(files_mutex_);
    for (const auto& file : files_)
      if (const TimeRange extent = file->extent(); extent.from < extent.to)
        status->newest = std::max(status->newest, extent.from);
  }
  status->oldest = std::min(oldest_, status->newest);
  status->bytes_on_disk = chunk_bytes() + journal_->bytes();
  status->bytes_written = chunk_written_bytes_ + journal_->written_bytes();
  status->trouble = write_trouble_.empty() ? file_trouble_ : write_trouble_;
  metrics_.series.set(double(status->series));
  metrics_.head_bytes.set(double(head_bytes));
  metrics_.disk_bytes.set(double(status->bytes_on_disk));
  if (status->newest > kBeginningOfTime) metrics_.newest_seconds.set(to_seconds(status->newest));
  const std::lock_guard lock(status_mutex_);
  status_ = std::move(status);
}

std::shared_ptr<const StoreStatus> Store::status() const {
  const std::lock_guard lock(status_mutex_);
  return status_;
}

Result<void> Store::flush_all(Timestamp now) {
  write_journal(now);
  auto flushed = flush(kNever);
  look_after_files();
  publish(now);
  return flushed;
}

void Store::close() {
  if (closed_ || !journal_) return;
  closed_ = true;
  write_journal(clock_.now());
  if (auto synced = journal_->sync(); !synced)
    log_.error("store: {}: the last seconds may be lost", synced.error().message);
}

}  // namespace lapwing::tsdb

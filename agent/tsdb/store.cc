// The way of samples into the Store and its journal. Beside it: store_open.cc, store_read.cc,
// store_flush.cc (head to files) and store_care.cc (retention, damage, status).
#include "agent/tsdb/store.h"

#include <malloc.h>

#include <algorithm>
#include <utility>

namespace lapwing::tsdb {
namespace {

// A batch read within 50 ms of its tick is in the journal 60 ms after the tick.
constexpr Duration kWriteDelay = 60ms;
// How often the journal repeats what it otherwise only remembers: damage costs so much at most.
constexpr Duration kRestartInterval = 30s;
constexpr std::size_t kFrameBytes = 1u << 20;
constexpr Duration kCareInterval = 1min;

// A bulk brings samples of any age, in any order.
HeadOptions head_options(const StoreOptions& options) {
  HeadOptions head = options.head;
  if (options.bulk) head.out_of_order_window = std::chrono::days(365 * 1000);
  return head;
}

}  // namespace

Store::Store(StoreOptions options, Folder folder, const Clock& clock, Log& log,
             metrics::Registry& registry)
    : options_(std::move(options)),
      folder_(std::move(folder)),
      clock_(clock),
      log_(log),
      metrics_(registry),
      head_(head_options(options_)),
      raw_(folder_.raw(), Tier::Raw),
      minutes_(folder_.minutes(), Tier::Minutes),
      hours_(folder_.hours(), Tier::Hours),
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
  std::uint64_t lost = 0;
  {
    const std::lock_guard lock(head_mutex_);
    outcome = head_.append(batch, now, oldest_kept_, options_.bulk ? nullptr : &encoder_, segment_);
    appended_ += outcome.stored;
    pending_newest_ = std::max(pending_newest_, std::min(newest, now + kFarthestAhead));
    if (encoder_.pending_bytes() >= kFrameBytes) seal_frame();
    // Here too, since a disk that hangs holds the thread that keeps the limit otherwise.
    if (!options_.bulk && head_.over_limit()) lost = head_.give_up_oldest();
  }
  if (lost > 0) give_up(lost);
  if (outcome.stored > 0) metrics_.samples_appended.add(outcome.stored);
  if (outcome.out_of_order > 0) metrics_.samples_out_of_order.add(outcome.out_of_order);
  if (outcome.conflicting > 0) metrics_.samples_conflicting.add(outcome.conflicting);
  if (outcome.too_far_ahead > 0) metrics_.samples_too_far_ahead.add(outcome.too_far_ahead);
  return outcome;
}

void Store::give_up(std::uint64_t samples) {
  metrics_.samples_lost.add(double(samples));
  log_.error("store: gave up {} of the oldest samples in memory, which the disk did not take",
             samples);
}

void Store::seal_frame() {
  if (encoder_.pending_bytes() == 0) return;
  const Context context = encoder_.continues() ? Context::Continues : Context::Alone;
  frames_.push_back({segment_, context, encoder_.take(), pending_newest_});
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
    if (!paused && !options_.bulk) retain(now);
    look_after_minutes();
    look_after_hours(now);
    look_after_files();
  }
  // A burst of queries has its memory from one another: the system takes it back behind them.
  if (read_much_.exchange(false)) ::malloc_trim(0);
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
    outcome = journal_->write(frame.segment, frame.payload, frame.newest, frame.context);
    if (!outcome) {
      const std::lock_guard lock(head_mutex_);
      frame_bytes_ += frame.payload.size();
      frames_.push_front(std::move(frame));
    }
  }
  metrics_.written_journal.add(double(journal_->written_bytes() - before));
  if (outcome) outcome = write_records();
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

std::shared_ptr<const StoreStatus> Store::status() const {
  const std::lock_guard lock(status_mutex_);
  return status_;
}

void Store::close() {
  if (closed_ || !journal_) return;
  closed_ = true;
  write_journal(clock_.now());
  if (auto synced = journal_->sync(); !synced)
    log_.error("store: {}: the last seconds may be lost", synced.error().message);
}

}  // namespace lapwing::tsdb

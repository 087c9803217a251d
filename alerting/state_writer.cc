#include "alerting/state_writer.h"

#include <utility>

namespace lapwing::alerting {
namespace {

constexpr Duration kRetry = 1s;

}  // namespace

StateWriter::StateWriter(std::optional<StateStore> store, Log& log, metrics::Registry& registry)
    : log_(log),
      usable_(store.has_value()),
      store_(std::move(store)),
      failures_(registry.counter("lapwing_state_write_failures_total",
                                 "Writes to state.db that failed.")),
      dropped_(
          registry.counter("lapwing_state_rows_dropped_total",
                           "Rows for state.db left out because too many waited for the disk.")),
      reserved_(registry.gauge("lapwing_state_reserve_bytes",
                               "Room that is kept for state.db on a disk that gets full.")) {
  if (!usable_) return;
  written_.ticket = 0;
  reserved_.set(double(store_->reserved_bytes()));
}

void StateWriter::on_wake(std::function<void()> wake) {
  const std::lock_guard lock(mutex_);
  wake_ = std::move(wake);
}

void StateWriter::on_written(std::function<void()> told) {
  const std::lock_guard lock(mutex_);
  told_ = std::move(told);
}

std::uint64_t StateWriter::submit(StateChanges changes) {
  std::function<void()> wake;
  std::uint64_t ticket = 0;
  {
    const std::lock_guard lock(mutex_);
    ticket = ++newest_;
    if (!usable_) return ticket;
    if (pending_.size() + changes.size() > kUnsavedLimit)
      dropped_.add(double(changes.size()));
    else
      pending_.append(std::move(changes));
    wake = wake_;
  }
  if (wake) wake();
  return ticket;
}

Written StateWriter::written() const {
  const std::lock_guard lock(mutex_);
  return written_;
}

std::uint64_t StateWriter::newest_ticket() const {
  const std::lock_guard lock(mutex_);
  return newest_;
}

/// Takes over what waits; false when there is nothing to write.
bool StateWriter::take(Timestamp now) {
  if (now < next_try_) return false;
  const std::lock_guard lock(mutex_);
  if (writing_.size() + pending_.size() > kUnsavedLimit) {
    dropped_.add(double(pending_.size()));
    pending_ = {};
  }
  writing_.append(std::exchange(pending_, {}));
  writing_ticket_ = newest_;
  return usable_ && !writing_.empty();
}

void StateWriter::note(const Result<void>& done, Timestamp now) {
  if (done) {
    if (next_try_ != Timestamp{}) log_.info("state.db is written again");
    next_try_ = {};
    writing_ = {};
    return;
  }
  failures_.add();
  if (next_try_ == Timestamp{})
    log_.error("state.db: {}; notifications go on from memory", done.error().message);
  next_try_ = now + kRetry;
}

Timestamp StateWriter::step(Timestamp now) {
  if (next_try_ > now + kRetry) next_try_ = {};  // The clock went back.
  if (!take(now)) return next_try_ > now ? next_try_ : kNever;
  const auto done = store_->write(writing_);
  reserved_.set(double(store_->reserved_bytes()));
  note(done, now);
  std::function<void()> told;
  {
    const std::lock_guard lock(mutex_);
    if (done) written_.ticket = writing_ticket_;
    written_.failing = !done;
    told = told_;
  }
  if (told) told();
  return done ? kNever : next_try_;
}

}  // namespace lapwing::alerting

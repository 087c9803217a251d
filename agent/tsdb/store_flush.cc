// From the head to the files: raw chunks and their minutes at each flush, hours when a day is over.
#include <malloc.h>

#include <algorithm>
#include <utility>

#include "agent/tsdb/bucket_file.h"
#include "agent/tsdb/compaction.h"
#include "agent/tsdb/hours_of_minutes.h"
#include "agent/tsdb/raw_file.h"
#include "agent/tsdb/store.h"

namespace lapwing::tsdb {
namespace {

constexpr Duration kRetryInterval = 30s;
constexpr Duration kMemoryRetryInterval = 10s;
constexpr std::size_t kTrimBytes = 16u << 20;

std::uint64_t grown(std::uint64_t before, std::uint64_t after) {
  return after - std::min(before, after);
}

/// The runs by the day that they are in, times rising within a series.
std::map<Timestamp, std::vector<Sealed>> by_day(std::vector<Sealed> collected) {
  const auto day_of = [](const auto& run) { return start_of(from_millis(run->first_time), kDay); };
  std::map<Timestamp, std::vector<Sealed>> days;
  if (collected.empty()) return days;
  const Timestamp only = day_of(collected.front().runs.front());
  if (std::ranges::all_of(collected, [&](const Sealed& one) {
        return std::ranges::all_of(one.runs, [&](const auto& run) { return day_of(run) == only; });
      })) {
    // Nearly always: nothing is moved then, which for many series would take as much again.
    days.emplace(only, std::move(collected));
    return days;
  }
  for (Sealed& one : collected) {
    const Timestamp first = day_of(one.runs.front());
    if (std::all_of(one.runs.begin(), one.runs.end(),
                    [&](const auto& run) { return day_of(run) == first; })) {
      days[first].push_back(std::move(one));
      continue;
    }
    for (auto& run : one.runs) {
      auto& day = days[day_of(run)];
      if (day.empty() || day.back().ref != one.ref)
        day.push_back({one.ref, one.labels, one.kind, {}});
      day.back().runs.push_back(std::move(run));
    }
  }
  return days;
}

}  // namespace

void Store::flush_if_due(Timestamp now) {
  const Duration period = options_.head.period;
  // After the clock was set back the next time may be far away: begin the count anew.
  const bool lost_count = next_flush_ > now + 2 * period + options_.head_hold;
  if (options_.bulk || (now < next_flush_ && !lost_count)) return;
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

/// Stores all that is at or before `cut`; what fails is said in the status until it has worked.
Result<void> Store::flush(Timestamp cut) {
  const auto held = [&] {
    const std::lock_guard lock(head_mutex_);
    return head_.sample_bytes();
  };
  const std::size_t before = held();
  flushes_ += 1 + flushes_ % 2;
  auto written = write_out(cut);
  if (written) ++flushes_;
  flush_trouble_ = written ? std::string() : written.error().message;
  // Freed in pieces between what stays: without a word malloc would keep the pages.
  if (before >= held() + kTrimBytes) ::malloc_trim(0);
  return written;
}

Result<void> Store::write_out(Timestamp cut) {
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
  Days days = by_day(std::move(collected));
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

/// A file that can be written: a damaged one, or one of another version, is set aside first.
Result<Store::File> Store::writable(TierFiles& tier, Timestamp time) {
  File file = tier.get(time);
  auto loaded = file->load();
  if (!loaded && loaded.error().kind != ErrorKind::Unavailable) {
    set_file_aside(tier, file, loaded.error());
    file = tier.get(time);
    loaded = file->load();
  }
  if (!loaded) return std::move(loaded).error();
  return file;
}

Result<void> Store::flush_day(Timestamp day, const std::vector<Sealed*>& series,
                              const FlushMark& mark) {
  auto raw = writable(raw_, day + 1ms);
  if (!raw) return std::move(raw).error();
  auto minutes = writable(minutes_, day + 1ms);
  if (!minutes) return std::move(minutes).error();
  const std::uint64_t raw_before = (*raw)->bytes(), minutes_before = (*minutes)->bytes();
  auto written = write_day(*raw, *minutes, series, mark);
  const std::uint64_t raw_grown = grown(raw_before, (*raw)->bytes());
  const std::uint64_t minutes_grown = grown(minutes_before, (*minutes)->bytes());
  chunk_written_bytes_ += raw_grown + minutes_grown;
  metrics_.written_chunks.add(double(raw_grown));
  metrics_.written_minutes.add(double(minutes_grown));
  if (written) changed_days_.insert(day);
  return written;
}

/// The minutes first: a crash in between leaves minutes of samples that the journal brings back,
/// and writing these again changes nothing; the other order would lose them.
Result<void> Store::write_day(const File& raw, const File& minutes,
                              const std::vector<Sealed*>& series, const FlushMark& mark) {
  const auto writes = raw->writes();
  const auto known = minutes->starts();
  if (!writes) return writes.error();
  if (!known) return known.error();
  // Minutes without samples: the day's file was lost, or retention has removed it.
  const bool anew = *writes == 0 && !known->empty();
  if (auto done = write_minutes(*minutes, raw.get(), series, options_.head.period, interning());
      !done) {
    if (done.error().kind != ErrorKind::Unavailable)
      set_file_aside(minutes_, minutes, done.error());
    return done;
  }
  auto done = write_raw(*raw, series, options_.head.period, mark, anew, interning());
  if (!done && done.error().kind != ErrorKind::Unavailable) set_file_aside(raw_, raw, done.error());
  return done;
}

/// Whether there was something to do.
Result<bool> Store::make_hours(const File& minutes) {
  auto hours = writable(hours_, minutes->span().end);
  if (!hours) return std::move(hours).error();
  const std::uint64_t before = (*hours)->bytes();
  bool changed = false;
  auto done = write_hours(**hours, *minutes, changed, interning());
  if (!done && done.error().kind != ErrorKind::Unavailable && !minutes->retired())
    (*hours)->suspect();
  const std::uint64_t bytes = grown(before, (*hours)->bytes());
  chunk_written_bytes_ += bytes;
  metrics_.written_hours.add(double(bytes));
  if (!done) return std::move(done).error();
  return changed;
}

void Store::keep_limits(Timestamp now) {
  if (options_.bulk) return;
  {
    const std::lock_guard lock(head_mutex_);
    head_.set_bytes_beside(encoder_.bytes() + frame_bytes_);
    if (!head_.half_full()) return;
  }
  if (now >= retry_ || retry_ > now + kRetryInterval) {
    retry_ = now + kMemoryRetryInterval;
    const auto flushed = flush(kNever);
    if (!flushed) log_.error("store: {}: memory is running short", flushed.error().message);
  }
  std::uint64_t lost = 0;
  {
    const std::lock_guard lock(head_mutex_);
    lost = head_.give_up_oldest();
  }
  if (lost > 0) give_up(lost);
}

Result<void> Store::relieve(Timestamp now) {
  const auto full = [&] {
    const std::lock_guard lock(head_mutex_);
    return head_.half_full();
  };
  if (!full()) return {};
  Timestamp newest;
  {
    const std::lock_guard lock(head_mutex_);
    newest = head_.newest();
  }
  if (auto flushed = flush(start_of(newest, options_.head.period)); !flushed) return flushed;
  auto outcome = full() ? flush(kNever) : Result<void>();
  look_after_files();
  publish(now);
  return outcome;
}

Result<void> Store::compact_days() {
  for (const Timestamp day : changed_days_) {
    for (TierFiles* const tier : {&raw_, &minutes_}) {
      const File file = tier->find(day + 1ms);
      if (file == nullptr) continue;
      if (auto done = compact(*file, interning()); !done) return std::move(done).error();
    }
  }
  return {};
}

Result<void> Store::finish_bulk(Timestamp now) {
  if (auto flushed = flush_all(now); !flushed) return flushed;
  if (auto compacted = compact_days(); !compacted) return compacted;
  Timestamp newest;
  {
    const std::lock_guard lock(head_mutex_);
    newest = head_.newest();
  }
  for (const File& file : minutes_.all()) {
    if (file->span().end > newest || !changed_days_.contains(file->span().start)) continue;
    if (auto made = make_hours(file); !made) return std::move(made).error();
    changed_days_.erase(file->span().start);
    file->rest();
  }
  publish(now);
  return {};
}

Result<void> Store::flush_all(Timestamp now) {
  write_journal(now);
  auto flushed = flush(kNever);
  look_after_files();
  publish(now);
  return flushed;
}

}  // namespace lapwing::tsdb

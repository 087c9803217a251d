// What the store does from minute to minute: retention, hours, damaged files, its status.
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "agent/tsdb/minutes_of_raw.h"
#include "agent/tsdb/store.h"

namespace lapwing::tsdb {
namespace {

constexpr Duration kRetireAfter = 1h;
// Late samples come for a while: hours are made of a day when most of them have.
constexpr Duration kDayIsOver = 1h;
// What is logged of one file's damaged chunks at a time.
constexpr std::size_t kDamageLines = 10;

}  // namespace

void Store::set_file_aside(TierFiles& tier, const File& file, const Error& why) {
  tier.remove(file);
  metrics_.files_set_aside.add();
  const auto aside =
      set_aside(file->path(), why.kind == ErrorKind::Invalid ? "other-version" : "damaged");
  // What belongs to the lost file must not be rolled back into the next one.
  if (const std::string rest = file->path() + "-journal"; aside) ::unlink(rest.c_str());
  if (tier.tier() == Tier::Minutes) unchecked_days_.insert(file->span().start);
  file_trouble_ = why.message + (aside ? ": set aside as " + *aside : "");
  log_.error("store: {}: going on without it", file_trouble_);
}

void Store::retain(Timestamp now) {
  Timestamp newest = kBeginningOfTime;
  if (const auto files = raw_.all(); !files.empty()) {
    const TimeRange extent = files.back()->extent();
    if (extent.to > extent.from) newest = extent.to;
  }
  {
    const std::lock_guard lock(head_mutex_);
    newest = std::max(newest, head_.newest());
    if (options_.raw.time.count() > 0 && newest > from_millis(0))
      oldest_kept_ = std::max(oldest_kept_, newest - options_.raw.time);
    head_.retire(now - kRetireAfter);
  }
  // One file a pass, so that a mistaken clock or option costs little before someone sees it.
  if (retain(raw_, options_.raw, newest)) return;
  if (retain(minutes_, options_.minutes, newest)) return;
  retain(hours_, options_.hours, newest);
}

bool Store::retain(TierFiles& tier, const Retention& retention, Timestamp newest) {
  const std::vector<File> files = tier.all();
  const auto expired = expired_file(TierFiles::retained(files), newest, retention);
  if (!expired) return false;
  const File& file = files[*expired];
  // The last moment for the hours of that day. Damage is reported where it is found.
  if (tier.tier() == Tier::Minutes)
    if (auto made = make_hours(file); !made && made.error().kind == ErrorKind::Unavailable)
      return false;
  tier.remove(file);
  unchecked_days_.erase(file->span().start);
  if (tier.tier() == Tier::Raw) {
    // A late sample must not begin the day anew: it would hide the day's minutes.
    const std::lock_guard lock(head_mutex_);
    oldest_kept_ = std::max(oldest_kept_, file->span().end + 1ms);
  }
  if (::unlink(file->path().c_str()) == 0) {
    metrics_.files_removed.add();
    log_.info("store: retention removed {}", file->path());
  }
  return true;
}

void Store::look_after_hours(Timestamp) {
  Timestamp newest;
  {
    const std::lock_guard lock(head_mutex_);
    newest = head_.newest();
  }
  for (const Timestamp day : changed_days_) {
    if (day + kDay + kDayIsOver > newest) continue;
    const File file = minutes_.find(day + 1ms);
    if (file != nullptr)
      if (auto made = make_hours(file); !made)
        log_.error("store: making hours: {}", made.error().message);
    changed_days_.erase(day);
    return;  // One day a pass: others wait for the disk too.
  }
}

/// Where the minutes of a day lack periods that its samples have, they were lost: one period a pass
/// is made anew.
void Store::look_after_minutes() {
  if (unchecked_days_.empty()) return;
  const auto newest_day = std::prev(unchecked_days_.end());
  const Timestamp day = *newest_day;
  const File raw = raw_.find(day + 1ms);
  const auto outcome = [&]() -> Result<bool> {
    const Duration kept = options_.minutes.time;
    if (raw == nullptr || (kept > 0ms && day + kDay <= status()->newest - kept)) return false;
    const auto minutes = writable(minutes_, day + 1ms);
    if (!minutes) return minutes.error();
    const auto lacking = periods_without_minutes(*raw, **minutes);
    if (!lacking) return lacking.error();
    if (lacking->empty()) return false;
    auto made = remake_minutes(**minutes, *raw, lacking->back(), interning());
    if (!made) return std::move(made).error();
    changed_days_.insert(day);
    if (lacking->size() == 1)
      log_.info("store: {}: what its minutes had lost was made anew from the samples", raw->path());
    const auto left = periods_without_minutes(*raw, **minutes);
    // Samples that cannot be read make no minutes: not again at each pass.
    return left && !left->empty() && left->size() < lacking->size();
  }();
  if (outcome && *outcome) return;
  if (!outcome && outcome.error().kind == ErrorKind::Unavailable) return;
  unchecked_days_.erase(day);
}

/// Whether a file is sound but for its chunks, which have checksums of their own.
Result<void> Store::examine(const ChunkFile& file) const {
  if (auto checked = file.check(); !checked) return checked;
  const auto index = file.index(interning(), ChunkFile::Cache::Leave);
  return index ? Result<void>() : Result<void>(index.error());
}

/// A file that SQLite or its own index cannot tell the content of is set aside; a chunk that is
/// damaged costs itself, and the file is read on.
void Store::look_after_file(TierFiles& tier, const File& file) {
  if (file->take_suspicion()) {
    const auto examined = examine(*file);
    static_cast<void>(file->take_suspicion());
    if (!examined && examined.error().kind != ErrorKind::Unavailable) {
      set_file_aside(tier, file, examined.error());
      return;
    }
    tell_damaged_chunks(*file);
  }
  file->rest();
}

void Store::tell_damaged_chunks(const ChunkFile& file) {
  const std::vector<std::string> damaged = file.take_damaged_chunks();
  if (damaged.empty()) {
    log_.warn("store: {}: a read met damage that is not there any more", file.path());
    return;
  }
  metrics_.chunks_damaged.add(double(damaged.size()));
  for (std::size_t i = 0; i < std::min(damaged.size(), kDamageLines); ++i)
    log_.error("store: {}: damaged: {}", file.path(), damaged[i]);
  file_trouble_ = fmt::format("{}: {} damaged chunks, the rest of the file is read on", file.path(),
                              damaged.size());
  log_.error("store: {}", file_trouble_);
}

void Store::look_after_files() {
  Timestamp oldest = kNever;
  for (TierFiles* const tier : {&raw_, &minutes_, &hours_}) {
    for (const File& file : tier->all()) look_after_file(*tier, file);
    // The oldest file may begin with hours without samples: only loading it tells.
    if (const auto files = tier->all(); !files.empty()) {
      static_cast<void>(files.front()->load());
      if (const TimeRange extent = files.front()->extent(); extent.from < extent.to)
        oldest = std::min(oldest, extent.from);
    }
  }
  std::uint64_t refused = 0;
  std::size_t series = 0;
  {
    const std::lock_guard lock(head_mutex_);
    refused = refused_series_;
    series = head_.series();
    oldest = std::min(oldest, head_.oldest());
  }
  oldest_ = oldest;
  if (refused > told_refused_series_) {
    log_.warn(
        "store: refused {} requests for new series (there are {}, the limit is {}); "
        "known series go on",
        refused - told_refused_series_, series, options_.head.series_limit);
    told_refused_series_ = refused;
  }
}

std::uint64_t Store::file_bytes() const { return raw_.bytes() + minutes_.bytes() + hours_.bytes(); }

void Store::publish(Timestamp) {
  auto status = std::make_shared<StoreStatus>();
  std::size_t head_bytes = 0;
  {
    const std::lock_guard lock(head_mutex_);
    status->series = head_.series();
    status->samples_appended = appended_;
    status->newest = head_.newest();
    head_bytes = head_.bytes();
    // A new store has nothing at its first look after the files, and the next is a while off.
    if (oldest_ == kNever) oldest_ = head_.oldest();
  }
  if (const auto files = raw_.all(); !files.empty())
    if (const TimeRange extent = files.back()->extent(); extent.from < extent.to)
      status->newest = std::max(status->newest, extent.from);
  status->oldest = std::min(oldest_, status->newest);
  status->bytes_on_disk = file_bytes() + journal_->bytes();
  status->bytes_written = chunk_written_bytes_ + journal_->written_bytes();
  // What stops writing now before what happened once.
  for (const std::string* trouble : {&file_trouble_, &flush_trouble_, &write_trouble_})
    if (!trouble->empty()) status->trouble = *trouble;
  metrics_.series.set(double(status->series));
  metrics_.head_bytes.set(double(head_bytes));
  metrics_.disk_bytes.set(double(status->bytes_on_disk));
  if (status->newest > kBeginningOfTime) metrics_.newest_seconds.set(to_seconds(status->newest));
  const std::lock_guard lock(status_mutex_);
  status_ = std::move(status);
}

}  // namespace lapwing::tsdb

// The read side of the Store: the head first and then the files, since what leaves the head is in
// a file by then, whereas the other order could miss it between the two looks.
#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include "agent/tsdb/store.h"

namespace lapwing::tsdb {

/// Which files answer for a range.
struct Store::Coverage {
  std::vector<SharedFile> raw;
  std::vector<CoarseSource> coarse;  ///< where there are no samples: hours, then minutes
  std::vector<MinuteDay> days;
  Timestamp without_minutes = kBeginningOfTime;  ///< before it only hours are left
};

namespace {

/// From the beginning of the first minute that ends behind `range.from`.
TimeRange whole_minutes(TimeRange range) {
  if (range.from > from_millis(0)) range.from = StoredSeriesSet::first_moment(range.from);
  return range;
}

/// Periods of the range that the minutes have and the raw file, begun anew or lost (null), does
/// not. Those that the head had when it was looked at are left out: a flush writes them just now,
/// the minutes first.
std::vector<FileSpan> lost_periods(const ChunkFile& minutes, const ChunkFile* raw, TimeRange range,
                                   const std::set<Timestamp>& in_head) {
  const auto starts = minutes.starts();
  const auto kept = raw != nullptr ? raw->starts() : std::vector<Timestamp>();
  const auto period = minutes.period();
  if (!starts || !kept || !period) return {};
  std::vector<Timestamp> lost;
  std::set_difference(starts->begin(), starts->end(), kept->begin(), kept->end(),
                      std::back_inserter(lost));
  std::vector<FileSpan> spans;
  for (const Timestamp start : lost)
    if (start < range.to && start + *period >= range.from && !in_head.contains(start))
      spans.push_back({start, start + *period});
  return spans;
}

/// What is unreadable is left out of an answer: its file is suspect now and will be set aside.
bool is_lost(const Error& error) { return error.kind != ErrorKind::Unavailable; }

}  // namespace

Labels Store::intern(const Labels& labels) const {
  const std::lock_guard lock(head_mutex_);
  return head_.intern(labels);
}

ChunkFile::Intern Store::interning() const {
  return [this](const Labels& labels) { return intern(labels); };
}

Store::Coverage Store::coverage(TimeRange asked, const std::set<Timestamp>& in_head) const {
  const TimeRange range = whole_minutes(asked);
  Coverage found;
  std::map<Timestamp, MinuteDay> days;
  std::set<Timestamp> unreadable;
  for (const File& file : raw_.in(range)) {
    // Its series too: the day's minutes answer for a file that cannot name them.
    if (const auto index = file->index(interning()); !index && is_lost(index.error())) {
      unreadable.insert(file->span().start);
      continue;
    }
    found.raw.push_back(file);
    days[file->span().start].raw = file;
  }
  std::vector<CoarseSource> minutes;
  for (const File& file : minutes_.in(range)) {
    MinuteDay& day = days[file->span().start];
    day.minutes = file;
    if (day.raw == nullptr && in_head.empty()) {
      minutes.push_back({file, {file->span()}});
    } else if (const auto anew = day.raw != nullptr ? day.raw->begun_anew() : true; anew && *anew) {
      SharedFile raw = day.raw;
      // It may have nothing of the range yet, or no more.
      if (raw == nullptr && !unreadable.contains(file->span().start))
        raw = raw_.find(file->span().start + 1ms);
      if (auto spans = lost_periods(*file, raw.get(), range, in_head); !spans.empty())
        minutes.push_back({file, std::move(spans)});
    }
  }
  const auto has_gap = [&](const File& hours) {
    const Timestamp from = std::max(range.from, hours->span().start);
    const Timestamp to = std::min(range.to, hours->span().end);
    // From here on each day has a file of its own, or never had any samples.
    const Timestamp first = days.empty() ? kNever : days.begin()->first;
    if (from < std::min(first, to)) return true;
    return days.size() > 1 && days.rbegin()->first - first >= kDay * std::int64_t(days.size());
  };
  for (const File& file : hours_.in(range)) {
    if (!has_gap(file)) continue;
    const auto starts = file->starts();
    if (!starts) continue;
    std::vector<FileSpan> spans;
    for (const Timestamp start : *starts) {
      if (days.contains(start) || start > range.to || start + kDay <= range.from) continue;
      spans.push_back({start, start + kDay});
      found.without_minutes = std::max(found.without_minutes, start + kDay);
    }
    if (!spans.empty()) found.coarse.push_back({file, std::move(spans)});
  }
  found.coarse.insert(found.coarse.end(), std::make_move_iterator(minutes.begin()),
                      std::make_move_iterator(minutes.end()));
  for (auto& [start, day] : days) found.days.push_back(std::move(day));
  return found;
}

Result<std::unique_ptr<SeriesSet>> Store::select(std::span<const Matcher> matchers,
                                                 TimeRange range) const {
  return select(matchers, range, Wanted::Samples);
}

Result<std::unique_ptr<SeriesSet>> Store::select_newest(std::span<const Matcher> matchers,
                                                        TimeRange range) const {
  return select(matchers, range, Wanted::Newest);
}

Result<std::unique_ptr<SeriesSet>> Store::select(std::span<const Matcher> matchers, TimeRange range,
                                                 Wanted wanted) const {
  auto set = std::make_unique<StoredSeriesSet>(range, interning(), read_much_);
  const std::uint64_t flushes = flushes_;
  std::vector<HeadFound> found;
  {
    const std::lock_guard lock(head_mutex_);
    head_.select(matchers, wanted == Wanted::Newest ? range : whole_minutes(range), wanted, found);
  }
  const std::int64_t from = to_millis(range.from), to = to_millis(range.to);
  std::set<Timestamp> in_head;
  for (HeadFound& one : found) {
    if (one.newest || std::any_of(one.runs.begin(), one.runs.end(), [&](const auto& run) {
          return run->first_time <= to && run->last_time >= from;
        })) {
      set->add(std::move(one));
      continue;
    }
    for (const auto& run : one.runs)
      in_head.insert(start_of(from_millis(run->first_time), options_.head.period));
  }
  Coverage coverage = this->coverage(range, {});
  if (const bool flushed = flushes % 2 == 1 || flushes_ != flushes;
      flushed && !coverage.coarse.empty()) {
    in_head.merge(set->head_periods(options_.head.period));
    coverage = this->coverage(range, in_head);
  }
  for (const SharedFile& file : coverage.raw) {
    const auto index = file->index(interning());
    if (!index && is_lost(index.error())) continue;
    if (!index) return index.error();
    (*index)->index.match(matchers, [&](std::uint32_t number, const Labels&) {
      set->add(file, (*index)->series[number], number);
    });
  }
  for (CoarseSource& source : coverage.coarse) {
    const auto index = source.file->index(interning(), ChunkFile::Cache::Leave);
    if (!index && is_lost(index.error())) continue;
    if (!index) return index.error();
    set->add(std::move(source));
    (*index)->index.match(matchers, [&](std::uint32_t number, const Labels&) {
      set->add_to_last_source((*index)->series[number], number);
    });
  }
  set->set_minutes(std::move(coverage.days), coverage.without_minutes);
  set->sort();
  return std::unique_ptr<SeriesSet>(std::move(set));
}

Result<void> Store::visit(std::span<const Matcher> matchers, TimeRange range,
                          const SeriesIndex::Visit& visit) const {
  {
    const std::lock_guard lock(head_mutex_);
    head_.visit(matchers, range, visit);
  }
  const Coverage coverage = this->coverage(range, {});
  std::vector<SharedFile> files = coverage.raw;
  std::set<Timestamp> in_hours;
  for (const File& file : hours_.in(range)) {
    if (coverage.coarse.empty()) break;
    const auto starts = file->starts();
    if (!starts) continue;
    in_hours.insert(starts->begin(), starts->end());
    files.push_back(file);
  }
  // A year's hours name what its days do: one index instead of hundreds.
  for (const CoarseSource& source : coverage.coarse)
    if (source.file->tier() == Tier::Minutes && !in_hours.contains(source.file->span().start))
      files.push_back(source.file);
  for (const SharedFile& file : files) {
    const auto index =
        file->index(interning(), file->tier() == Tier::Minutes ? ChunkFile::Cache::Leave
                                                               : ChunkFile::Cache::Keep);
    if (!index && is_lost(index.error())) continue;
    if (!index) return index.error();
    (*index)->index.match(matchers, visit);
  }
  return {};
}

Result<std::vector<std::string>> Store::label_names(std::span<const Matcher> matchers,
                                                    TimeRange range) const {
  std::set<std::string, std::less<>> names;
  auto visited = visit(matchers, range, [&](std::uint32_t, const Labels& labels) {
    for (const Label label : labels)
      if (!names.contains(label.name)) names.emplace(label.name);
  });
  if (!visited) return std::move(visited).error();
  return std::vector<std::string>(names.begin(), names.end());
}

Result<std::vector<std::string>> Store::label_values(std::string_view label,
                                                     std::span<const Matcher> matchers,
                                                     TimeRange range) const {
  std::set<std::string, std::less<>> values;
  auto visited = visit(matchers, range, [&](std::uint32_t, const Labels& labels) {
    const std::string_view value = labels.get(label);
    if (!value.empty() && !values.contains(value)) values.emplace(value);
  });
  if (!visited) return std::move(visited).error();
  return std::vector<std::string>(values.begin(), values.end());
}

}  // namespace lapwing::tsdb

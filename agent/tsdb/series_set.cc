#include "agent/tsdb/series_set.h"

#include <malloc.h>

#include <algorithm>
#include <iterator>
#include <numeric>

#include "agent/tsdb/run_ends.h"

namespace lapwing::tsdb {
namespace {

// What a set keeps of chunks besides the series that it reads. A query may take 32 MB in all.
constexpr std::size_t kLoadedLimitBytes = 20u << 20;
// From here on it is worth asking the allocator to give memory back: a while later, since the next
// query of a burst takes as much, or at once. Each thread that reads may hold so much meanwhile.
constexpr std::size_t kLargeReadBytes = 4u << 20;
constexpr std::size_t kVeryLargeReadBytes = 8u << 20;

std::size_t size_of(const GroupChunks& chunks) {
  std::size_t bytes = 0;
  for (const auto& chunk : chunks) bytes += sizeof(chunk) + chunk->bytes();
  return bytes;
}

std::size_t size_of(const std::vector<StoredBuckets>& buckets) {
  std::size_t bytes = 0;
  for (const StoredBuckets& one : buckets) bytes += sizeof(one) + one.chunk->bytes();
  return bytes;
}

bool rises(const Columns& columns) {
  return std::is_sorted(columns.times.begin(), columns.times.end());
}

/// Where a lost day was begun anew, samples and minutes take turns.
void sort_by_time(Columns& columns) {
  std::vector<std::uint32_t> order(columns.size());
  std::iota(order.begin(), order.end(), 0u);
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return columns.times[a] < columns.times[b];
  });
  Columns sorted;
  for (const std::uint32_t i : order) {
    if (!sorted.times.empty() && sorted.times.back() == columns.times[i]) continue;
    sorted.times.push_back(columns.times[i]);
    sorted.values.push_back(columns.values[i]);
  }
  columns = std::move(sorted);
}

/// The minutes that some samples fall into, as (start, end].
FileSpan minutes_of(Timestamp first, Timestamp last) {
  return {start_of(first, 1min), start_of(last, 1min) + 1min};
}

FileSpan common(FileSpan a, FileSpan b) {
  return {std::max(a.start, b.start), std::min(a.end, b.end)};
}

FileSpan span_of_day(const MinuteDay& day) {
  return day.minutes != nullptr ? day.minutes->span() : day.raw->span();
}

Duration length(FileSpan span) { return span.end - span.start; }

/// Sorted, none touching another.
void unite(std::vector<FileSpan>& spans) {
  std::sort(spans.begin(), spans.end(),
            [](const FileSpan& a, const FileSpan& b) { return a.start < b.start; });
  std::vector<FileSpan> united;
  for (const FileSpan& span : spans) {
    if (span.start >= span.end) continue;
    if (!united.empty() && span.start <= united.back().end)
      united.back().end = std::max(united.back().end, span.end);
    else
      united.push_back(span);
  }
  spans = std::move(united);
}

/// Room for as many minutes at once: growing column by column costs more than decoding.
void reserve(Minutes& out, std::size_t rows) {
  constexpr std::size_t kMostRows = 4096;
  rows = std::min(rows, kMostRows);
  for (std::vector<Timestamp>* times : {&out.ends, &out.first_times, &out.last_times})
    times->reserve(rows);
  for (std::vector<double>* values : {&out.firsts, &out.lasts, &out.corrections})
    values->reserve(rows);
  out.counts.reserve(rows);
}

/// Takes buckets out that end within the spans.
void leave_out(const std::vector<FileSpan>& spans, Minutes& buckets) {
  if (spans.empty() || buckets.size() == 0 || spans.front().start >= buckets.ends.back()) return;
  Minutes kept;
  Timestamp after = kBeginningOfTime;
  for (const FileSpan& span : spans) {
    append(buckets, after, span.start, kept);
    after = span.end;
  }
  append(buckets, after, kNever, kept);
  buckets = std::move(kept);
}

}  // namespace

StoredSeriesSet::StoredSeriesSet(TimeRange range, ChunkFile::Intern intern,
                                 std::atomic<bool>& read_much)
    : range_(range),
      loaded_range_{first_moment(range.from), range.to},
      intern_(std::move(intern)),
      read_much_(read_much) {}

Timestamp StoredSeriesSet::first_moment(Timestamp from) {
  if (from <= from_millis(0)) return from;
  const Timestamp minute = floor_to(from, 1min);
  return minute == from ? from : minute + 1ms;
}

StoredSeriesSet::~StoredSeriesSet() {
  if (most_loaded_bytes_ < kLargeReadBytes) return;
  read_much_ = true;
  if (most_loaded_bytes_ < kVeryLargeReadBytes) return;
  loaded_.clear();
  entries_.clear();
  ::malloc_trim(0);
}

StoredSeriesSet::Entry& StoredSeriesSet::entry_for(const Labels& labels, SeriesKind kind) {
  if (by_labels_.empty())
    for (std::size_t i = 0; i < entries_.size(); ++i)
      by_labels_.emplace(entries_[i].labels, std::uint32_t(i));
  const auto [found, added] = by_labels_.try_emplace(labels, std::uint32_t(entries_.size()));
  if (added) entries_.push_back({labels, kind, {}, {}, {}});
  return entries_[found->second];
}

void StoredSeriesSet::add(HeadFound found) {
  entries_.push_back(
      {std::move(found.labels), found.kind, std::move(found.runs), found.newest, {}});
}

std::set<Timestamp> StoredSeriesSet::head_periods(Duration period) const {
  std::set<Timestamp> periods;
  for (const Entry& found : entries_)
    for (const auto& run : found.head_runs)
      periods.insert(start_of(from_millis(run->first_time), period));
  return periods;
}

std::uint32_t StoredSeriesSet::source_of(const SharedFile& file) const {
  for (std::size_t i = sources_.size(); i > 0; --i)
    if (sources_[i - 1].file == file) return std::uint32_t(i - 1);
  sources_.push_back({file, {}});
  return std::uint32_t(sources_.size() - 1);
}

void StoredSeriesSet::add(const SharedFile& raw, const FileSeries& series, std::uint32_t number) {
  const std::uint32_t source = source_of(raw);
  entry_for(series.labels, series.kind).places.push_back({source, number});
  wanted_[{source, group_of(number)}].set(slot_of(number));
}

void StoredSeriesSet::add(CoarseSource source) {
  coarsest_ =
      std::max(coarsest_, source.file->tier() == Tier::Hours ? Duration(1h) : Duration(1min));
  sources_.push_back({std::move(source.file), std::move(source.spans)});
}

void StoredSeriesSet::add_to_last_source(const FileSeries& series, std::uint32_t number) {
  entry_for(series.labels, series.kind)
      .places.push_back({std::uint32_t(sources_.size() - 1), number});
}

void StoredSeriesSet::set_minutes(std::vector<MinuteDay> days, Timestamp without_minutes) {
  days_ = std::move(days);
  cover_.assign(days_.size(), Cover::Unknown);
  without_minutes_ = without_minutes;
}

void StoredSeriesSet::sort() {
  if (by_labels_.empty()) return;
  by_labels_.clear();
  order_.resize(entries_.size());
  std::iota(order_.begin(), order_.end(), 0u);
  std::sort(order_.begin(), order_.end(), [this](std::uint32_t a, std::uint32_t b) {
    return entries_[a].labels < entries_[b].labels;
  });
}

Result<void> StoredSeriesSet::read(std::size_t index, Columns& out) const {
  const Entry& found = entry(index);
  if (found.newest) {
    out.times.assign(1, found.newest->time);
    out.values.assign(1, found.newest->value);
    return {};
  }
  Result<void> outcome;
  std::size_t coarse = 0;
  if (coarsest_ > 0ms) {
    out.clear();
    outcome = read_coarse(found, out);
    coarse = out.size();
  }
  auto read = read_samples(found, range_, Part::Whole, coarse, out);
  if (coarse > 0 && !rises(out)) sort_by_time(out);
  evict(found.places.size());
  return read ? outcome : read;
}

bool StoredSeriesSet::read_ends(std::size_t index, RangeEnds& out) const {
  const Entry& found = entry(index);
  out.count = 0;
  out.falls.clear();
  if (!found.places.empty() || found.newest) return false;
  std::int64_t before = to_millis(kBeginningOfTime);
  for (const auto& run : found.head_runs) {
    if (run->first_time <= before) return false;  // Runs that reach over one another are merged.
    before = run->last_time;
    if (!add_ends(view(*run), range_, out)) return false;
  }
  return true;
}

Result<void> StoredSeriesSet::read_coarse(const Entry& found, Columns& out) const {
  Result<void> outcome;
  Minutes buckets;
  for (const Place& place : found.places) {
    const Source& source = sources_[place.source];
    if (source.file->tier() == Tier::Raw) continue;
    const Loaded& loaded = load({place.source, group_of(place.number)});
    if (!loaded.outcome) outcome = loaded.outcome;
    for (const FileSpan& span : source.spans) {
      reset(buckets);
      auto read = read_slot(loaded.buckets, slot_of(place.number), span.start, span.end, buckets);
      if (!read) outcome = read;
      representatives(buckets, span.start, span.end, range_, out);
    }
  }
  return outcome;
}

Result<void> StoredSeriesSet::read_samples(const Entry& found, TimeRange range, Part part,
                                           std::size_t kept_samples, Columns& out) const {
  GroupChunks narrow;
  Result<void> outcome;
  views_.clear();
  // The views point into what is loaded, so nothing of this series may be evicted meanwhile.
  for (const Place& place : found.places) {
    const ChunkFile& file = *sources_[place.source].file;
    if (file.tier() != Tier::Raw) continue;
    const GroupKey key{place.source, group_of(place.number)};
    const std::uint32_t slot = slot_of(place.number);
    if (part == Part::Narrow && !loaded_.contains(key)) {
      GroupChunks chunks;
      if (auto read = read_raw(file, key.second, only_slot(slot), range, reader_, chunks); !read)
        outcome = read;
      add_runs(chunks, slot, views_);
      std::move(chunks.begin(), chunks.end(), std::back_inserter(narrow));
      continue;
    }
    const Loaded& loaded = load(key);
    if (!loaded.outcome) outcome = loaded.outcome;
    add_runs(loaded.chunks, slot, views_);
  }
  for (const auto& run : found.head_runs) views_.push_back(view(*run));
  auto read = read_runs(views_, range, decoder_, kept_samples, out);
  if (!narrow.empty()) decoder_.forget();
  return read ? outcome : read;
}

/// Whether the minutes have all that the raw file has: each flush writes both.
bool StoredSeriesSet::minutes_cover(std::size_t number) const {
  Cover& known = cover_[number];
  if (known != Cover::Unknown) return known == Cover::Yes;
  const MinuteDay& day = days_[number];
  known = Cover::No;
  if (day.minutes == nullptr) return false;
  const auto minutes = day.minutes->starts();
  if (!minutes) return false;
  if (day.raw != nullptr) {
    const auto raw = day.raw->starts();
    if (!raw || !std::includes(minutes->begin(), minutes->end(), raw->begin(), raw->end()))
      return false;
  }
  known = Cover::Yes;
  return true;
}

Result<std::optional<std::uint32_t>> StoredSeriesSet::number_in(const SharedFile& minutes,
                                                                const Entry& found) const {
  for (const Place& place : found.places)
    if (sources_[place.source].file == minutes) return std::optional(place.number);
  const auto index = minutes->index(intern_);
  if (!index) return index.error();
  const auto* place = (*index)->index.find(found.labels);
  return place == nullptr ? std::optional<std::uint32_t>() : std::optional(place->second);
}

Result<void> StoredSeriesSet::read_day(const MinuteDay& day, const Entry& found, FileSpan span,
                                       MinuteNeed need, std::vector<FileSpan>& from_samples,
                                       Minutes& out) const {
  const auto number = number_in(day.minutes, found);
  Result<void> outcome;
  if (!number) outcome = number.error();
  if (number && !*number) return {};
  const std::size_t before = out.size();
  if (outcome) {
    const std::uint32_t source = source_of(day.minutes);
    const Loaded& loaded = load({source, group_of(**number)});
    outcome =
        read_slot(loaded.buckets, slot_of(**number), span.start, span.end, need, scratch_, out);
    if (!loaded.outcome) outcome = loaded.outcome;
  }
  if (outcome || day.raw == nullptr) return outcome;
  // Damaged: the samples tell as well.
  truncate(out, before);
  from_samples.push_back(span);
  return {};
}

/// The parts of `wanted` that no minutes cover: days without, and what the head has of the series.
std::vector<FileSpan> StoredSeriesSet::without_tier(const Entry& found, FileSpan wanted) const {
  std::vector<FileSpan> spans;
  for (std::size_t i = 0; i < days_.size(); ++i)
    if (!minutes_cover(i)) spans.push_back(common(wanted, span_of_day(days_[i])));
  for (const auto& run : found.head_runs)
    spans.push_back(
        common(wanted, minutes_of(from_millis(run->first_time), from_millis(run->last_time))));
  unite(spans);
  return spans;
}

Result<bool> StoredSeriesSet::read_minutes(std::size_t index, MinuteNeed need, Minutes& out) const {
  reset(out);
  const Entry& found = entry(index);
  // Whole minutes with range.from < end ≤ range.to.
  const FileSpan wanted{floor_to(std::max(range_.from, from_millis(0)), 1min),
                        floor_to(std::max(range_.to, from_millis(0)), 1min)};
  if (wanted.start >= wanted.end) return true;
  if (without_minutes_ > wanted.start) return false;
  std::vector<FileSpan> from_samples = without_tier(found, wanted);
  Duration uncovered{0};
  for (const FileSpan& span : from_samples) uncovered += span.end - span.start;
  // Samples that are read anyway are cheaper as they are.
  if (coarsest_ == 0ms && uncovered > length(wanted) / 2) return false;
  Result<void> outcome;
  reserve(out, std::size_t(length(wanted) / Duration(1min)));
  Part part = Part::Narrow;
  for (std::size_t i = 0; i < days_.size(); ++i) {
    const FileSpan span = common(wanted, span_of_day(days_[i]));
    if (span.start >= span.end) continue;
    if (!minutes_cover(i)) {
      part = Part::Whole;
      continue;
    }
    const std::size_t before = from_samples.size();
    if (auto read = read_day(days_[i], found, span, need, from_samples, out); !read) outcome = read;
    if (from_samples.size() > before) part = Part::Whole;
  }
  pad(out);
  unite(from_samples);
  leave_out(from_samples, out);
  Minutes made;
  for (const FileSpan& span : from_samples) {
    Columns samples;
    if (auto read = read_samples(found, {span.start + 1ms, span.end}, part, 0, samples); !read)
      outcome = read;
    if (need == MinuteNeed::Extremes || need == MinuteNeed::Sums)
      aggregate(samples, 1min, made);
    else
      aggregate_ends(samples, 1min, made);
  }
  if (made.size() > 0) {
    if (out.size() == 0 || made.ends.front() > out.ends.back())
      append(made, kBeginningOfTime, kNever, out);
    else
      out = fuller(out, made);
  }
  evict(found.places.size() + days_.size());
  if (!outcome) return outcome.error();
  return true;
}

const StoredSeriesSet::Loaded& StoredSeriesSet::load(GroupKey key) const {
  if (const auto found = loaded_.find(key); found != loaded_.end()) {
    uses_.splice(uses_.end(), uses_, found->second.use);
    return found->second;
  }
  Loaded& loaded = loaded_[key];
  const ChunkFile& file = *sources_[key.first].file;
  if (file.tier() == Tier::Raw) {
    loaded.outcome =
        read_raw(file, key.second, wanted_[key], loaded_range_, reader_, loaded.chunks);
    loaded.bytes = size_of(loaded.chunks);
  } else {
    loaded.outcome = read_bucket_chunks(file, key.second, loaded_range_, loaded.buckets);
    loaded.bytes = size_of(loaded.buckets);
  }
  loaded_bytes_ += loaded.bytes;
  most_loaded_bytes_ = std::max(most_loaded_bytes_, loaded_bytes_);
  loaded.use = uses_.insert(uses_.end(), key);
  return loaded;
}

void StoredSeriesSet::evict(std::size_t keep) const {
  while (loaded_bytes_ > kLoadedLimitBytes && uses_.size() > keep) {
    const auto found = loaded_.find(uses_.front());
    loaded_bytes_ -= found->second.bytes;
    decoder_.forget();
    loaded_.erase(found);
    uses_.pop_front();
  }
}

}  // namespace lapwing::tsdb

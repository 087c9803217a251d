#include "agent/tsdb/hours_of_minutes.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "agent/tsdb/bucket_file.h"

namespace lapwing::tsdb {
namespace {

/// The hours of so many series are in memory at once.
constexpr std::size_t kHourSeries = 4096;

constexpr std::size_t kDayLines = 100;

/// A series of the day's minutes and its number among the hours.
struct DaySeries {
  std::uint32_t hours = 0;
  std::uint32_t minutes = 0;
};

Result<std::vector<DaySeries>> place(ChunkFile::Writer& writer, const FileIndex& minutes) {
  std::vector<FileSeries> added;
  for (const FileSeries& one : minutes.series)
    if (!writer.find(one.labels)) added.push_back(one);
  if (auto done = writer.add(added); !done) return std::move(done).error();
  std::vector<DaySeries> places;
  for (std::size_t i = 0; i < minutes.series.size(); ++i)
    places.push_back({*writer.find(minutes.series[i].labels), std::uint32_t(i)});
  std::sort(places.begin(), places.end(),
            [](const DaySeries& a, const DaySeries& b) { return a.hours < b.hours; });
  return places;
}

/// Hours of some series, by number; in the minutes' order, so that each chunk is read once.
Result<std::map<std::uint32_t, Minutes>> widen_day(const ChunkFile& minutes,
                                                   std::vector<DaySeries> places) {
  std::sort(places.begin(), places.end(),
            [](const DaySeries& a, const DaySeries& b) { return a.minutes < b.minutes; });
  std::map<std::uint32_t, Minutes> hours;
  std::vector<StoredBuckets> chunks;
  for (std::size_t i = 0; i < places.size(); ++i) {
    const std::uint32_t group = group_of(places[i].minutes);
    if (i == 0 || group != group_of(places[i - 1].minutes)) {
      chunks.clear();
      auto read =
          read_bucket_chunks(minutes, group, {minutes.span().start, minutes.span().end}, chunks);
      if (!read && read.error().kind == ErrorKind::Unavailable) return std::move(read).error();
    }
    Minutes day;
    static_cast<void>(read_slot(chunks, slot_of(places[i].minutes), kBeginningOfTime, kNever, day));
    if (day.size() > 0) widen(day, 1h, hours[places[i].hours]);
  }
  return hours;
}

/// A group's chunks of a day. What cannot be read says nothing: it has a line of its own.
class DayChunks {
 public:
  DayChunks() = default;
  DayChunks(const ChunkFile& file, std::uint32_t group, Timestamp start)
      : sound_(read_bucket_chunks(file, group, {start + 1ms, start + kDay}, chunks_).ok()) {}

  /// All that the day has of a slot; false where it is damaged.
  bool read(std::uint32_t slot, Timestamp start, Minutes& out) const {
    return sound_ && read_slot(chunks_, slot, start, start + kDay, out).ok();
  }

 private:
  std::vector<StoredBuckets> chunks_;  // before sound_, which fills it
  bool sound_ = false;
};

}  // namespace

Result<void> write_hours(ChunkFile& hours, const ChunkFile& minutes, bool& changed,
                         const ChunkFile::Intern& intern) {
  const auto writes = minutes.writes();
  if (!writes) return writes.error();
  const Timestamp start = minutes.span().start;
  const auto day = std::uint32_t((start - hours.span().start) / kDay);
  const auto done_before = hours.note(day);
  if (!done_before) return done_before.error();
  if (*writes == 0 || *done_before == *writes) return {};
  const auto index = minutes.index(intern);
  if (!index) return index.error();
  auto writer = ChunkFile::Writer::begin(hours, intern);
  if (!writer) return std::move(writer).error();
  const auto places = place(*writer, **index);
  if (!places) return places.error();
  if (auto removed = writer->remove(start); !removed) return removed;
  Compressor compressor;
  for (std::size_t first = 0; first < places->size(); first += kHourSeries) {
    const auto begin = places->begin() + std::ptrdiff_t(first);
    const auto end =
        places->begin() + std::ptrdiff_t(std::min(first + kHourSeries, places->size()));
    auto widened = widen_day(minutes, {begin, end});
    if (!widened) return std::move(widened).error();
    std::map<std::uint32_t, std::vector<SlotBuckets>> groups;
    for (auto& [number, buckets] : *widened) {
      const Keeps keeps = buckets.extremes_kept ? Keeps::Extremes : Keeps::Corrections;
      groups[group_of(number)].push_back({slot_of(number), keeps, std::move(buckets)});
    }
    for (const auto& [group, slots] : groups) {
      const auto bytes = encode_buckets(slots, 1h, compressor);
      if (!bytes) return bytes.error();
      if (auto done = writer->add(start, group, *bytes); !done) return done;
    }
  }
  if (auto noted = writer->set_note(day, *writes); !noted) return noted;
  changed = true;
  return writer->commit({}, kDay);
}

Result<std::vector<std::string>> differing_hours(const ChunkFile& hours, const ChunkFile& minutes) {
  const auto as_it_is = [](const Labels& labels) { return labels; };
  const auto writes = minutes.writes();
  if (!writes) return writes.error();
  const Timestamp start = minutes.span().start;
  const auto made_from = hours.note(std::uint32_t((start - hours.span().start) / kDay));
  if (!made_from) return made_from.error();
  std::vector<std::string> differing;
  if (*writes == 0 || *made_from != *writes) return differing;
  const auto index = minutes.index(as_it_is, ChunkFile::Cache::Leave);
  if (!index) return index.error();
  const auto hours_index = hours.index(as_it_is, ChunkFile::Cache::Leave);
  if (!hours_index) return hours_index.error();
  std::map<std::uint32_t, DayChunks> of_hours;
  DayChunks of_minutes;
  for (std::uint32_t i = 0; i < (*index)->series.size() && differing.size() < kDayLines; ++i) {
    const FileSeries& series = (*index)->series[i];
    if (slot_of(i) == 0) of_minutes = DayChunks(minutes, group_of(i), start);
    Minutes day, made, stored;
    if (!of_minutes.read(slot_of(i), start, day) || day.size() == 0) continue;
    widen(day, 1h, made);
    if (const auto* found = (*hours_index)->index.find(series.labels)) {
      const std::uint32_t group = group_of(found->second);
      const auto at = of_hours.try_emplace(group, hours, group, start).first;
      if (!at->second.read(slot_of(found->second), start, stored)) continue;
    }
    const Keeps keeps = made.extremes_kept ? Keeps::Extremes : Keeps::Corrections;
    if (stored.size() > 0 && same(stored, fuller(stored, made), keeps)) continue;
    differing.push_back(fmt::format("{}: day {}: {}: {}", hours.path(),
                                    format_rfc3339(start).substr(0, 10), series.labels.to_string(),
                                    stored.size() == 0 ? "no hours of minutes that are there"
                                                       : "hours differ from the minutes"));
  }
  return differing;
}

}  // namespace lapwing::tsdb

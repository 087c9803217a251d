#include "agent/tsdb/minutes_of_raw.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "agent/tsdb/bucket_file.h"
#include "agent/tsdb/raw_file.h"

namespace lapwing::tsdb {
namespace {

// So many series of a period are in memory at once.
constexpr std::size_t kSeriesAtOnce = 4096;
constexpr std::size_t kLines = 100;  // about one file

std::uint32_t groups_of(const FileIndex& index) {
  return std::uint32_t((index.series.size() + kGroupSeries - 1) / kGroupSeries);
}

/// Calls `visit(series, samples)` for each series of a group that has any in the period.
template <typename Visit>
Result<void> each_series(const ChunkFile& raw, const FileIndex& index, Timestamp start,
                         std::uint32_t group, const Visit& visit) {
  ChunkReader reader;
  GroupChunks chunks;
  auto read = read_raw(raw, group, all_slots(), {start + 1ms, start + 1ms}, reader, chunks);
  if (!read && read.error().kind == ErrorKind::Unavailable) return read;
  DenseDecoder decoder;
  Columns samples;
  std::vector<RunView> views;
  for (std::uint32_t slot = 0; slot < kGroupSeries; ++slot) {
    const std::size_t number = std::size_t(group) * kGroupSeries + slot;
    if (number >= index.series.size()) break;
    views.clear();
    add_runs(chunks, slot, views);
    if (views.empty()) continue;
    static_cast<void>(read_runs(views, {}, decoder, 0, samples));
    if (samples.size() > 0) visit(index.series[number], samples);
  }
  return {};
}

/// Compares a raw file's groups with the minutes of the same day.
class Comparison {
 public:
  Comparison(const ChunkFile& minutes, const FileIndex& index, Timestamp start, Duration period,
             std::vector<std::string>& out)
      : minutes_(minutes), index_(index), start_(start), period_(period), out_(out) {}

  void operator()(const FileSeries& series, const Columns& samples) {
    if (out_.size() >= kLines) return;
    Minutes all, made;
    aggregate(samples, 1min, all);
    append(all, start_, start_ + period_, made);
    if (made.size() == 0) return;
    Minutes stored;
    if (const auto* found = index_.index.find(series.labels)) {
      const auto* chunks = chunks_of(group_of(found->second));
      if (chunks == nullptr) return;
      // Damage has a line of its own already.
      if (!read_slot(*chunks, slot_of(found->second), start_, start_ + period_, stored)) return;
    }
    if (stored.size() > 0 &&
        same(stored, fuller(stored, made), kept_columns(series.kind, series.labels.metric_name())))
      return;
    out_.push_back(fmt::format("{}: period {}: {}: {}", minutes_.path(), format_rfc3339(start_),
                               series.labels.to_string(),
                               stored.size() == 0 ? "no minutes of samples that are there"
                                                  : "minutes differ from the samples"));
  }

 private:
  /// Null when some of them cannot be read.
  const std::vector<StoredBuckets>* chunks_of(std::uint32_t group) {
    const auto [found, added] = chunks_.try_emplace(group);
    if (added)
      found->second.sound = read_bucket_chunks(minutes_, group, {start_ + 1ms, start_ + period_},
                                               found->second.chunks)
                                .ok();
    return found->second.sound ? &found->second.chunks : nullptr;
  }

  struct Group {
    std::vector<StoredBuckets> chunks;
    bool sound = false;
  };
  const ChunkFile& minutes_;
  const FileIndex& index_;
  const Timestamp start_;
  const Duration period_;
  std::vector<std::string>& out_;
  std::map<std::uint32_t, Group> chunks_;
};

}  // namespace

Result<std::vector<Timestamp>> periods_without_minutes(const ChunkFile& raw,
                                                       const ChunkFile& minutes) {
  const auto samples = raw.starts();
  if (!samples) return samples.error();
  const auto known = minutes.starts();
  if (!known) return known.error();
  std::vector<Timestamp> lacking;
  std::set_difference(samples->begin(), samples->end(), known->begin(), known->end(),
                      std::back_inserter(lacking));
  return lacking;
}

Result<void> remake_minutes(ChunkFile& minutes, const ChunkFile& raw, Timestamp start,
                            const ChunkFile::Intern& intern) {
  const auto period = raw.period();
  if (!period) return period.error();
  const auto index = raw.index(intern, ChunkFile::Cache::Leave);
  if (!index) return index.error();
  std::vector<Sealed> series;
  const auto write = [&]() -> Result<void> {
    std::vector<Sealed*> pointers;
    for (Sealed& one : series) pointers.push_back(&one);
    auto written = write_minutes(minutes, nullptr, pointers, *period, intern);
    series.clear();
    return written;
  };
  for (std::uint32_t group = 0; group < groups_of(**index); ++group) {
    auto read =
        each_series(raw, **index, start, group, [&](const FileSeries& one, const Columns& samples) {
          series.push_back({SeriesRef{}, one.labels, one.kind, runs_of(samples)});
        });
    if (!read) return read;
    if (series.size() + kGroupSeries > kSeriesAtOnce)
      if (auto written = write(); !written) return written;
  }
  return series.empty() ? Result<void>() : write();
}

Result<std::vector<std::string>> differing_minutes(const ChunkFile& raw, const ChunkFile& minutes) {
  const auto as_it_is = [](const Labels& labels) { return labels; };
  const auto starts = raw.starts();
  if (!starts) return starts.error();
  const auto period = raw.period();
  if (!period) return period.error();
  const auto index = raw.index(as_it_is, ChunkFile::Cache::Leave);
  if (!index) return index.error();
  const auto minutes_index = minutes.index(as_it_is, ChunkFile::Cache::Leave);
  if (!minutes_index) return minutes_index.error();
  const auto known = minutes.starts();
  if (!known) return known.error();
  std::vector<std::string> differing;
  for (const Timestamp start : *starts) {
    if (!std::binary_search(known->begin(), known->end(), start)) continue;
    Comparison compare(minutes, **minutes_index, start, *period, differing);
    for (std::uint32_t group = 0; group < groups_of(**index); ++group)
      if (auto read = each_series(
              raw, **index, start, group,
              [&](const FileSeries& one, const Columns& samples) { compare(one, samples); });
          !read)
        return std::move(read).error();
  }
  return differing;
}

}  // namespace lapwing::tsdb

#include "agent/tsdb/inspection.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "agent/tsdb/bucket_chunk.h"
#include "agent/tsdb/chunk_reader.h"
#include "agent/tsdb/journal.h"
#include "agent/tsdb/size_code.h"
#include "agent/tsdb/tier_files.h"

namespace lapwing::tsdb {
namespace {

constexpr std::size_t kSegmentLimitBytes = 1u << 30;
constexpr std::size_t kDamageLimit = 100;  // lines about one file
// A column's own header, beside its body.
constexpr double kColumnBytes = 4;

/// What a column's part of a chunk takes, about: sizes are coded, bodies are not.
double share_of(const DenseView& column) {
  SizeCounts counts{};
  for (const char size : column.sizes)
    if (static_cast<unsigned char>(size) < kSizes) ++counts[static_cast<unsigned char>(size)];
  return kColumnBytes + double(column.body.size()) + double(size_code_bits(counts)) / 8;
}

/// Adds up one file's chunks.
class Reading {
 public:
  Reading(FileContent& content, Depth depth, Duration period)
      : content_(content), depth_(depth), period_(period) {}

  void chunk(std::uint32_t group, Timestamp start, std::string_view bytes) {
    ++content_.chunks;
    content_.chunk_bytes += bytes.size();
    group_ = group;
    start_ = start;
    shares_.clear();
    if (content_.tier == Tier::Raw)
      raw(bytes);
    else
      buckets(bytes);
    double whole = 0;
    for (const auto& [slot, share] : shares_) whole += share;
    for (const auto& [slot, share] : shares_)
      if (SeriesContent* series = find(slot)) series->bytes += share / whole * double(bytes.size());
  }

  void damaged(std::string what) {
    if (content_.damage.size() < kDamageLimit) content_.damage.push_back(std::move(what));
  }

 private:
  void damaged_here(std::string_view what) {
    damaged(fmt::format("{}: period {}, group {}: {}", content_.path, format_rfc3339(start_),
                        group_, what));
  }
  void damaged_at(std::uint32_t slot, std::string_view what) {
    const SeriesContent* series = find(slot);
    damaged_here(fmt::format(
        "{}: {}", series == nullptr ? "a series without labels" : series->labels.to_string(),
        what));
  }
  SeriesContent* find(std::uint32_t slot) {
    const std::size_t number = std::size_t(group_) * kGroupSeries + slot;
    return number < content_.series.size() ? &content_.series[number] : nullptr;
  }
  void add(std::uint32_t slot, std::uint64_t entries, double share) {
    content_.entries += entries;
    shares_.emplace_back(slot, share);
    if (SeriesContent* series = find(slot))
      series->entries += entries;
    else
      damaged_at(slot, "in a chunk, but not among the file's series");
  }

  void raw(std::string_view bytes) {
    const auto chunk = reader_.open(bytes, all_slots());
    if (!chunk) return damaged_here(chunk.error().message);
    for (const GroupChunk::Part& part : (*chunk)->parts()) {
      add(part.slot, part.count, share_of(part.values));
      if (depth_ == Depth::Everything) check(part);
    }
  }

  void check(const GroupChunk::Part& part) {
    const auto times = GroupChunk::times(part);
    if (std::adjacent_find(times.begin(), times.end(), std::greater_equal<>()) != times.end())
      damaged_at(part.slot, "times do not rise");
    // 1970 itself belongs to the first period, which otherwise begins behind its start.
    else if (from_millis(times.front()) < start_ || from_millis(times.back()) > start_ + period_)
      damaged_at(part.slot, "times outside of the period");
    const RunView run = view(part);
    Columns columns;
    if (auto read = read_runs({&run, 1}, {}, columns); !read)
      damaged_at(part.slot, read.error().message);
    else if (columns.size() != part.count)
      damaged_at(part.slot, "fewer samples than the chunk says");
  }

  void buckets(std::string_view bytes) {
    const auto chunk = BucketChunk::open(bytes);
    if (!chunk) return damaged_here(chunk.error().message);
    for (std::uint32_t slot = 0; slot < kGroupSeries; ++slot) {
      if (!(*chunk)->has(slot)) continue;
      Minutes minutes;
      if (auto read = (*chunk)->read(slot, minutes); !read) {
        damaged_at(slot, read.error().message);
        continue;
      }
      add(slot, minutes.size(), kColumnBytes + double(minutes.size()));
      if (std::adjacent_find(minutes.ends.begin(), minutes.ends.end(), std::greater_equal<>()) !=
          minutes.ends.end())
        damaged_at(slot, "times do not rise");
    }
  }

  FileContent& content_;
  ChunkReader reader_;
  const Depth depth_;
  const Duration period_;
  std::uint32_t group_ = 0;
  Timestamp start_;
  std::vector<std::pair<std::uint32_t, double>> shares_;  // of the chunk in hand, by slot
};

/// Counts; keeps nothing.
struct CountingSink final : JournalSink {
  std::uint64_t count = 0;
  void series(std::uint32_t, SeriesKind, const Labels&) override {}
  void samples(std::string_view, std::int64_t, std::span<const std::uint32_t> ids,
               std::span<const Timestamp>, std::span<const double>) override {
    count += ids.size();
  }
};

}  // namespace

Result<FileContent> read_content(const ChunkFile& file, Depth depth) {
  FileContent content{.tier = file.tier(), .path = file.path()};
  std::error_code ignored;
  content.bytes = std::filesystem::file_size(file.path(), ignored);
  const auto whole = [&]() -> Result<void> {
    if (auto loaded = file.load(); !loaded) return loaded;
    const auto period = file.period();
    if (!period) return period.error();
    const TimeRange extent = file.extent();
    content.from = extent.from;
    content.to = extent.to;
    const auto index =
        file.index([](const Labels& labels) { return labels; }, ChunkFile::Cache::Leave);
    if (!index) return index.error();
    for (const FileSeries& one : (*index)->series) content.series.push_back({one.labels});
    Reading reading(content, depth, *period);
    const std::uint32_t count = std::uint32_t(content.series.size());
    const std::uint32_t groups = (count + kGroupSeries - 1) / kGroupSeries;
    for (std::uint32_t group = 0; group < groups; ++group) {
      auto read = file.read(group, {}, [&](Timestamp start, std::string_view bytes) {
        reading.chunk(group, start, bytes);
        return Result<void>();
      });
      if (!read) reading.damaged(std::move(read).error().message);
    }
    return depth == Depth::Everything ? file.check() : Result<void>();
  }();
  if (whole) return content;
  if (whole.error().kind == ErrorKind::Unavailable) return whole.error();
  content.damage.push_back(whole.error().message);
  return content;
}

Result<std::vector<JournalContent>> read_journal(const Folder& folder) {
  const auto segments = list_segments(folder.journal());
  if (!segments) return unavailable(segments.error().message);
  std::vector<JournalContent> out;
  for (const Segment& segment : *segments) {
    JournalContent content{.path = segment.path, .bytes = segment.bytes};
    const auto bytes = read_file(segment.path, kSegmentLimitBytes);
    if (!bytes) {
      content.damage.push_back(bytes.error().message);
    } else {
      CountingSink sink;
      const SegmentReplay replay = replay_segment(*bytes, sink);
      content.samples = sink.count;
      content.torn_bytes = replay.torn_bytes;
      if (!replay.header)
        content.damage.push_back(segment.path + ": its header cannot be read");
      else if (replay.damaged > 0)
        content.damage.push_back(
            fmt::format("{}: {} damaged places", segment.path, replay.damaged));
    }
    out.push_back(std::move(content));
  }
  return out;
}

Result<std::vector<std::shared_ptr<ChunkFile>>> chunk_files(const Folder& folder) {
  std::vector<std::shared_ptr<ChunkFile>> files;
  for (int tier = 0; tier < kTiers; ++tier) {
    TierFiles listed(folder.path() + "/" + std::string(name(Tier(tier))), Tier(tier));
    if (auto done = listed.list(); !done) return std::move(done).error();
    for (auto& file : listed.all()) files.push_back(std::move(file));
  }
  return files;
}

std::vector<std::string> set_aside_files(const Folder& folder) {
  std::vector<std::string> found;
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator at(folder.path(), error), end;
       !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (name.find(".damaged") != name.npos || name.find(".other-version") != name.npos)
      found.push_back(at->path().string());
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace lapwing::tsdb

#include "agent/tsdb/compaction.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/tsdb/bucket_file.h"
#include "agent/tsdb/raw_file.h"

namespace lapwing::tsdb {
namespace {

/// The chunks of a period and group as few as can be; none: they stay.
using Merged = std::optional<std::vector<std::string>>;

Merged merge_samples(const std::vector<std::string>& chunks, Compressor& compressor) {
  ChunkReader reader;
  GroupChunks opened;
  for (const std::string& chunk : chunks) {
    auto one = reader.open(chunk, all_slots());
    if (!one) return std::nullopt;
    opened.push_back(*std::move(one));
  }
  std::vector<GroupSeries> group;
  DenseDecoder decoder;
  Columns samples;
  std::vector<RunView> views;
  for (std::uint32_t slot = 0; slot < kGroupSeries; ++slot) {
    views.clear();
    add_runs(opened, slot, views);
    if (views.empty()) continue;
    if (!read_runs(views, {}, decoder, 0, samples)) return std::nullopt;
    group.push_back({slot, runs_of(samples)});
  }
  auto merged = encode_group(group, compressor);
  if (!merged) return std::nullopt;
  return *std::move(merged);
}

Merged merge_minutes(const std::vector<std::string>& chunks, Compressor& compressor) {
  std::vector<std::shared_ptr<const BucketChunk>> opened;
  for (const std::string& chunk : chunks) {
    auto one = BucketChunk::open(chunk);
    if (!one) return std::nullopt;
    opened.push_back(*std::move(one));
  }
  std::vector<SlotBuckets> slots;
  for (std::uint32_t slot = 0; slot < kGroupSeries; ++slot) {
    const BucketChunk* last = nullptr;
    for (const auto& chunk : opened)
      if (chunk->has(slot)) last = chunk.get();
    if (last == nullptr) continue;
    SlotBuckets one{slot, Keeps::Extremes, {}};
    if (!last->read(slot, one.buckets)) return std::nullopt;
    if (!one.buckets.extremes_kept) one.keeps = Keeps::Corrections;
    slots.push_back(std::move(one));
  }
  auto merged = encode_buckets(slots, 1min, compressor);
  if (!merged) return std::nullopt;
  return std::vector<std::string>{*std::move(merged)};
}

struct Group {
  std::uint32_t number = 0;
  std::vector<std::string> chunks;
};

/// One period's groups, merged where there are parts; how many chunks fewer. Empty: nothing to do.
Result<std::size_t> merge_period(const ChunkFile& file, Timestamp start, std::uint32_t groups,
                                 Compressor& compressor, std::vector<Group>& out) {
  std::size_t fewer = 0;
  for (std::uint32_t number = 0; number < groups; ++number) {
    Group group{number, {}};
    auto read = file.read(number, {start + 1ms, start + 1ms},
                          [&](Timestamp at, std::string_view chunk) -> Result<void> {
                            if (at == start) group.chunks.emplace_back(chunk);
                            return {};
                          });
    if (!read) return std::move(read).error();
    if (group.chunks.size() > 1) {
      auto merged = file.tier() == Tier::Raw ? merge_samples(group.chunks, compressor)
                                             : merge_minutes(group.chunks, compressor);
      if (!merged) return std::size_t(0);
      if (merged->size() < group.chunks.size()) {
        fewer += group.chunks.size() - merged->size();
        group.chunks = *std::move(merged);
      }
    }
    if (!group.chunks.empty()) out.push_back(std::move(group));
  }
  return fewer;
}

}  // namespace

Result<std::size_t> compact(ChunkFile& file, const ChunkFile::Intern& intern) {
  const auto starts = file.split_periods();
  if (!starts) return starts.error();
  if (starts->empty()) return std::size_t(0);
  const auto mark = file.mark();
  const auto period = file.period();
  const auto index = file.index(intern);
  for (const Error* error : {mark ? nullptr : &mark.error(), period ? nullptr : &period.error(),
                             index ? nullptr : &index.error()})
    if (error != nullptr) return *error;
  const auto groups = std::uint32_t(((*index)->series.size() + kGroupSeries - 1) / kGroupSeries);
  auto writer = ChunkFile::Writer::begin(file, intern);
  if (!writer) return std::move(writer).error();
  Compressor compressor;
  std::size_t fewer = 0;
  for (const Timestamp start : *starts) {
    std::vector<Group> merged;
    const auto here = merge_period(file, start, groups, compressor, merged);
    if (!here) return here.error();
    if (*here == 0) continue;
    fewer += *here;
    if (auto removed = writer->remove(start); !removed) return std::move(removed).error();
    for (const Group& group : merged)
      for (const std::string& chunk : group.chunks)
        if (auto added = writer->add(start, group.number, chunk); !added)
          return std::move(added).error();
  }
  if (fewer == 0) return fewer;
  if (auto done = writer->commit(*mark, *period); !done) return std::move(done).error();
  if (auto shrunk = writer->shrink(); !shrunk) return std::move(shrunk).error();
  return fewer;
}

}  // namespace lapwing::tsdb

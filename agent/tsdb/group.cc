#include "agent/tsdb/group.h"

#include <array>

#include "agent/tsdb/bytes.h"
#include "agent/tsdb/group_format.h"

namespace lapwing::tsdb {

Result<std::shared_ptr<const GroupChunk>> GroupChunk::open(std::string_view chunk) {
  auto content = decompress(chunk, kChunkBytes);
  if (!content) return std::move(content).error();
  if (content->empty() || std::uint8_t(content->front()) != kChunkVersion)
    return corrupt("a chunk of another version");
  std::shared_ptr<GroupChunk> opened(new GroupChunk());
  opened->content_ = std::move(*content);
  if (!opened->parse()) return corrupt("a chunk is cut short or has no meaning");
  return std::shared_ptr<const GroupChunk>(std::move(opened));
}

bool GroupChunk::parse() {
  ByteReader in(content_);
  in.byte();
  if (!read_times(in)) return false;
  const std::uint64_t parts = in.varint();
  if (parts > kChunkParts || parts > in.left()) return false;
  parts_.reserve(std::size_t(parts));
  for (std::uint64_t i = 0; i < parts; ++i)
    if (!read_part(in)) return false;
  if (!find_bodies(in)) return false;
  bytes_ += sizeof(GroupChunk) + content_.capacity() + parts_.capacity() * sizeof(Part);
  return in.at_end();
}

/// Blocks, then sizes class by class, then the bits below these.
bool GroupChunk::find_bodies(ByteReader& in) {
  std::array<std::vector<Part*>, kSizeClasses> classes;
  for (Part& part : parts_) {
    if (!part.values.header.sized) continue;
    const std::uint8_t number = in.byte();
    if (number >= kSizeClasses) return false;
    classes[number].push_back(&part);
  }
  for (Part& part : parts_)
    if (!part.values.header.sized) part.values.body = in.bytes(part.values.header.body_bytes);
  for (const auto& members : classes)
    for (Part* part : members) part->values.sizes = in.bytes(part->count);
  for (Part& part : parts_)
    if (part.values.header.sized) part.values.body = in.bytes(part.values.header.body_bytes);
  return !in.failed();
}

bool GroupChunk::read_times(ByteReader& in) {
  const std::uint64_t columns = in.varint();
  std::size_t samples = 0;
  for (std::uint64_t i = 0; i < columns; ++i) {
    const std::uint64_t count = in.varint();
    const std::string_view bytes = in.text();
    if (in.failed() || count == 0 || count > kPartSamples) return false;
    samples += std::size_t(count);
    if (samples > kChunkSamples) return false;
    auto& times = times_.emplace_back(std::size_t(count));
    if (!decode_integers(bytes, times)) return false;
    for (std::size_t at = 1; at < times.size(); ++at)
      if (times[at] <= times[at - 1]) return false;
  }
  bytes_ += samples * sizeof(std::int64_t);
  return !in.failed();
}

bool GroupChunk::read_part(ByteReader& in) {
  Part part;
  const std::uint64_t slot = in.varint(), column = in.varint();
  const std::uint64_t first = in.varint(), count = in.varint();
  if (in.failed() || slot >= kGroupSeries || column >= times_.size() || count == 0 ||
      first > times_[column].size() || count > times_[column].size() - first)
    return false;
  part.slot = std::uint32_t(slot);
  part.column = std::uint32_t(column);
  part.first = std::uint32_t(first);
  part.count = std::uint32_t(count);
  const auto header = read_dense_header(in, part.count);
  if (!header) return false;
  part.values.header = *header;
  if (!link(part)) return false;
  parts_.push_back(part);
  return true;
}

/// Finds the columns that the part refers to: they come before, have the same times and differences
/// of their own.
bool GroupChunk::link(Part& part) {
  DenseView& values = part.values;
  for (std::size_t i = 0; i < values.header.reference_count; ++i) {
    const std::uint32_t number = values.header.references[i].number;
    if (number >= parts_.size()) return false;
    Part& other = parts_[number];
    if (other.column != part.column || other.first != part.first || other.count != part.count ||
        other.values.header.prediction == Prediction::Constant)
      return false;
    part.weight += other.weight;
    other.values.referred = true;
    values.references[i] = &other.values;
  }
  return part.weight <= kColumnWeight;
}

RunView view(const StoredRun& run) {
  const auto times = run.chunk->times(*run.part);
  return {.times = times,
          .count = run.part->count,
          .first_time = times.front(),
          .last_time = times.back(),
          .dense = &run.part->values};
}

Result<void> decode_group(std::string_view chunk, const std::set<std::uint32_t>& wanted,
                          StoredRuns& out) {
  auto opened = GroupChunk::open(chunk);
  if (!opened) return std::move(opened).error();
  for (const GroupChunk::Part& part : (*opened)->parts())
    if (wanted.contains(part.slot)) out[part.slot].push_back({*opened, &part});
  return {};
}

}  // namespace lapwing::tsdb

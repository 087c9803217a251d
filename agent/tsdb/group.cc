#include "agent/tsdb/group.h"

#include <algorithm>

#include "agent/tsdb/bytes.h"
#include "agent/tsdb/group_format.h"

namespace lapwing::tsdb {
namespace {

constexpr std::int64_t kFarSlot = 2 * kGroupSeries;  // out of any group from any slot

}  // namespace

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
  std::vector<TimesColumn> columns;
  if (!read_counts(in, columns) || !read_parts(in, columns)) return false;
  std::vector<DenseHeader> headers(columns.size() + parts_.size());
  if (!read_dense_headers(in, headers)) return false;
  for (std::size_t i = 0; i < columns.size(); ++i) columns[i].view.header = headers[i];
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    parts_[i].values.header = headers[columns.size() + i];
    if (!link(i)) return false;
  }
  if (!find_bodies(in, columns) || !in.at_end()) return false;
  bytes_ += sizeof(GroupChunk) + content_.capacity() + parts_.capacity() * sizeof(Part);
  return decode_times(columns);
}

bool GroupChunk::read_counts(ByteReader& in, std::vector<TimesColumn>& columns) {
  const std::uint64_t count = in.varint();
  if (count > kChunkParts || count > in.left()) return false;
  columns.resize(std::size_t(count));
  std::size_t samples = 0;
  for (TimesColumn& column : columns) {
    const std::uint64_t times = in.varint();
    if (in.failed() || times == 0 || times > kPartSamples) return false;
    column.count = std::size_t(times);
    samples += column.count;
    if (samples > kChunkSamples) return false;
  }
  return !in.failed();
}

/// Slots, then places among the times.
bool GroupChunk::read_parts(ByteReader& in, const std::vector<TimesColumn>& columns) {
  const std::uint64_t parts = in.varint();
  if (parts > kChunkParts || parts > in.left()) return false;
  parts_.resize(std::size_t(parts));
  std::int64_t next_slot = 0;
  for (Part& part : parts_) {
    const std::int64_t slot =
        next_slot + std::clamp<std::int64_t>(in.signed_varint(), -kFarSlot, kFarSlot);
    if (in.failed() || slot < 0 || slot >= kGroupSeries) return false;
    part.slot = std::uint32_t(slot);
    next_slot = slot + 1;
  }
  const Part* before = nullptr;
  for (Part& part : parts_) {
    const std::uint64_t token = in.varint();
    if (token == 0) {
      if (before == nullptr) return false;
      part.column = before->column;
      part.first = before->first;
      part.count = before->count;
    } else {
      const std::uint64_t first = in.varint(), count = in.varint();
      if (in.failed() || token > columns.size() || count == 0) return false;
      const std::size_t times = columns[std::size_t(token - 1)].count;
      if (first > times || count > times - first) return false;
      part.column = std::uint32_t(token - 1);
      part.first = std::uint32_t(first);
      part.count = std::uint32_t(count);
    }
    before = &part;
  }
  return !in.failed();
}

/// Blocks, then sizes class by class, then the bits below these.
bool GroupChunk::find_bodies(ByteReader& in, std::vector<TimesColumn>& columns) {
  struct Body {
    DenseView* view;
    std::size_t count;
  };
  std::vector<Body> blocks, sized;
  const auto add = [&](DenseView& view, std::size_t count) {
    (view.header.sized ? sized : blocks).push_back({&view, count});
  };
  for (TimesColumn& column : columns) add(column.view, column.count);
  for (Part& part : parts_) add(part.values, part.count);
  const std::string_view classes = in.bytes(sized.size()), shifts = in.bytes(sized.size());
  for (const Body& body : blocks) body.view->body = in.bytes(body.view->header.body_bytes);
  if (in.failed()) return false;
  for (std::size_t number = 0; number < kSizeClasses; ++number)
    for (std::size_t i = 0; i < sized.size(); ++i)
      if (std::uint8_t(classes[i]) == number) sized[i].view->sizes = in.bytes(sized[i].count);
  for (std::size_t i = 0; i < sized.size(); ++i) {
    DenseView& view = *sized[i].view;
    if (std::uint8_t(classes[i]) >= kSizeClasses) return false;
    view.body = in.bytes(view.header.body_bytes);
    if (in.failed()) return false;
    // The content is ours: what was taken from the sizes is added where they stand.
    char* const sizes = content_.data() + (view.sizes.data() - content_.data());
    for (std::size_t at = 0; at < view.sizes.size(); ++at) sizes[at] = char(sizes[at] + shifts[i]);
  }
  return !in.failed();
}

bool GroupChunk::decode_times(const std::vector<TimesColumn>& columns) {
  DenseDecoder decoder;
  for (const TimesColumn& column : columns) {
    auto& times = times_.emplace_back(column.count);
    bytes_ += column.count * sizeof(std::int64_t);
    if (column.view.header.reference_count != 0 ||
        !decoder.decode(column.view, column.count, times.data()))
      return false;
    for (std::size_t at = 1; at < times.size(); ++at)
      if (times[at] <= times[at - 1]) return false;
  }
  return true;
}

/// Finds the columns that the part refers to: they come before, have the same times and differences
/// of their own.
bool GroupChunk::link(std::size_t place) {
  Part& part = parts_[place];
  DenseView& values = part.values;
  for (std::size_t i = 0; i < values.header.reference_count; ++i) {
    const std::uint32_t number = values.header.references[i].number;
    if (number >= place) return false;
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

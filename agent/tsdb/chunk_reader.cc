#include "agent/tsdb/chunk_reader.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "agent/tsdb/bytes.h"
#include "agent/tsdb/group_format.h"

namespace lapwing::tsdb {
namespace {

// Of times that chunks may have in common: those of some thirty periods of seconds.
constexpr std::size_t kTimesBytes = 256u << 10;

constexpr std::int64_t kFarSlot = 2 * kGroupSeries;  // out of any group from any slot

/// Writes `bytes` at `to`, and moves it behind them.
std::string_view copy_to(char*& to, std::string_view bytes) {
  const std::string_view copy(to, bytes.size());
  to = std::copy(bytes.begin(), bytes.end(), to);
  return copy;
}

/// The same with `shift` added to each byte, modulo 256.
std::string_view copy_shifted_to(char*& to, std::string_view bytes, std::uint8_t shift) {
  using Bytes = std::uint8_t __attribute__((vector_size(16)));
  const std::string_view copy(to, bytes.size());
  std::size_t i = 0;
  for (; i + sizeof(Bytes) <= bytes.size(); i += sizeof(Bytes)) {
    Bytes some;
    std::memcpy(&some, bytes.data() + i, sizeof(some));
    some += shift;
    std::memcpy(to + i, &some, sizeof(some));
  }
  for (; i < bytes.size(); ++i) to[i] = char(bytes[i] + shift);
  to += bytes.size();
  return copy;
}

/// All that a column's entries follow from, but for the sizes.
std::string meaning_of(const DenseHeader& header, std::uint32_t count, std::string_view body) {
  std::string key;
  key += char(header.prediction);
  key += char(header.form);
  key += char(header.sized);
  key += char(header.counted);
  put_fixed(key, count);
  put_fixed(key, header.base);
  put_fixed(key, header.divisor);
  put_fixed(key, header.slope);
  put_fixed(key, header.lowest);
  put_text(key, header.misfit_bytes);
  put_text(key, body);
  return key;
}

}  // namespace

Result<std::shared_ptr<const GroupChunk>> ChunkReader::open(std::string_view chunk,
                                                            const Slots& wanted) {
  const auto content = decompress(chunk, kChunkBytes, room_);
  if (!content) return content.error();
  if (content->empty() || std::uint8_t(content->front()) != kChunkVersion)
    return corrupt("a chunk of another version");
  std::shared_ptr<GroupChunk> opened(new GroupChunk());
  if (!read_directory(*content)) return corrupt("a chunk is cut short or has no meaning");
  want(wanted);
  for (const PartColumn& part : part_columns_)
    if (part.wanted && !decode_times(times_columns_[part.times], opened->bytes_))
      return corrupt("a chunk's times are damaged");
  keep(*opened);
  return std::shared_ptr<const GroupChunk>(std::move(opened));
}

bool ChunkReader::read_directory(std::string_view content) {
  ByteReader in(content);
  in.byte();
  if (!read_counts(in) || !read_parts(in) || !read_headers(in)) return false;
  for (std::size_t number = 0; number < part_columns_.size(); ++number)
    if (!check_references(number)) return false;
  return find_bodies(in) && in.at_end();
}

bool ChunkReader::read_counts(ByteReader& in) {
  const std::uint64_t columns = in.varint();
  if (columns > kChunkParts || columns > in.left()) return false;
  times_columns_.assign(std::size_t(columns), {});
  std::size_t samples = 0;
  for (TimesColumn& column : times_columns_) {
    const std::uint64_t count = in.varint();
    if (in.failed() || count == 0 || count > kPartSamples) return false;
    column.count = std::uint32_t(count);
    samples += column.count;
    if (samples > kChunkSamples) return false;
  }
  return !in.failed();
}

/// Slots, then places among the times.
bool ChunkReader::read_parts(ByteReader& in) {
  const std::uint64_t parts = in.varint();
  if (parts > kChunkParts || parts > in.left()) return false;
  part_columns_.assign(std::size_t(parts), {});
  std::int64_t next_slot = 0;
  for (PartColumn& part : part_columns_) {
    const std::int64_t slot =
        next_slot + std::clamp<std::int64_t>(in.signed_varint(), -kFarSlot, kFarSlot);
    if (in.failed() || slot < 0 || slot >= kGroupSeries) return false;
    part.slot = std::uint32_t(slot);
    next_slot = slot + 1;
  }
  const PartColumn* before = nullptr;
  for (PartColumn& part : part_columns_) {
    const std::uint64_t token = in.varint();
    if (token == 0) {
      if (before == nullptr) return false;
      part.times = before->times;
      part.first = before->first;
      part.count = before->count;
    } else {
      const std::uint64_t first = in.varint(), count = in.varint();
      if (in.failed() || token > times_columns_.size() || count == 0) return false;
      const std::size_t times = times_columns_[std::size_t(token - 1)].count;
      if (first > times || count > times - first) return false;
      part.times = std::uint32_t(token - 1);
      part.first = std::uint32_t(first);
      part.count = std::uint32_t(count);
    }
    before = &part;
  }
  return !in.failed();
}

bool ChunkReader::read_headers(ByteReader& in) {
  headers_.assign(times_columns_.size() + part_columns_.size(), {});
  if (!read_dense_headers(in, headers_)) return false;
  auto header = headers_.begin();
  for (TimesColumn& column : times_columns_) column.view.header = *header++;
  for (PartColumn& part : part_columns_) part.view.header = *header++;
  return true;
}

/// The columns that it refers to come before, have the same times and differences of their own.
bool ChunkReader::check_references(std::size_t number) {
  PartColumn& part = part_columns_[number];
  const DenseHeader& header = part.view.header;
  for (std::size_t i = 0; i < header.reference_count; ++i) {
    if (header.references[i].number >= number) return false;
    const PartColumn& other = part_columns_[header.references[i].number];
    if (other.times != part.times || other.first != part.first || other.count != part.count ||
        other.view.header.prediction == Prediction::Constant)
      return false;
    part.weight += other.weight;
  }
  return part.weight <= kColumnWeight;
}

/// Blocks, then sizes class by class, then the bits below these.
bool ChunkReader::find_bodies(ByteReader& in) {
  std::vector<Column*> blocks, sized;
  for (TimesColumn& one : times_columns_) (one.view.header.sized ? sized : blocks).push_back(&one);
  for (PartColumn& one : part_columns_) (one.view.header.sized ? sized : blocks).push_back(&one);
  const std::string_view classes = in.bytes(sized.size()), shifts = in.bytes(sized.size());
  if (in.failed()) return false;
  for (Column* one : blocks) one->view.body = in.bytes(one->view.header.body_bytes);
  for (std::size_t number = 0; number < kSizeClasses; ++number)
    for (std::size_t i = 0; i < sized.size(); ++i)
      if (std::uint8_t(classes[i]) == number) sized[i]->view.sizes = in.bytes(sized[i]->count);
  for (std::size_t i = 0; i < sized.size(); ++i) {
    if (std::uint8_t(classes[i]) >= kSizeClasses) return false;
    sized[i]->shift = std::uint8_t(shifts[i]);
    sized[i]->view.body = in.bytes(sized[i]->view.header.body_bytes);
  }
  return !in.failed();
}

void ChunkReader::want(const Slots& wanted) {
  // From behind: what is referred to comes before.
  for (std::size_t i = part_columns_.size(); i-- > 0;) {
    PartColumn& part = part_columns_[i];
    part.wanted = part.wanted || wanted.test(part.slot);
    const DenseHeader& header = part.view.header;
    for (std::size_t at = 0; part.wanted && at < header.reference_count; ++at) {
      PartColumn& other = part_columns_[header.references[at].number];
      other.wanted = other.view.referred = true;
    }
  }
}

bool ChunkReader::decode_times(TimesColumn& column, std::size_t& bytes) {
  if (column.times != nullptr) return true;
  if (column.view.header.reference_count != 0) return false;
  std::string key = meaning_of(column.view.header, column.count, column.view.body);
  const std::size_t sizes_at = key.size();
  key.resize(sizes_at + column.view.sizes.size());
  char* to = key.data() + sizes_at;
  column.view.sizes = copy_shifted_to(to, column.view.sizes, column.shift);
  if (const auto known = times_.find(key); known != times_.end()) {
    column.times = known->second;
    return true;
  }
  std::vector<std::int64_t> times(column.count);
  if (!decoder_.decode(column.view, column.count, times.data())) return false;
  for (std::size_t at = 1; at < times.size(); ++at)
    if (times[at] <= times[at - 1]) return false;
  const std::size_t size = times.size() * sizeof(std::int64_t);
  column.times = std::make_shared<const std::vector<std::int64_t>>(std::move(times));
  bytes += size;
  if (size > kTimesBytes) return true;
  if (times_bytes_ + size > kTimesBytes) {
    times_.clear();
    times_bytes_ = 0;
  }
  times_bytes_ += size;
  times_.emplace(std::move(key), column.times);
  return true;
}

/// Copies what is wanted out of what the next chunk will overwrite.
void ChunkReader::keep(GroupChunk& chunk) {
  std::size_t parts = 0, bytes = 0;
  for (const PartColumn& part : part_columns_) {
    if (!part.wanted) continue;
    ++parts;
    bytes += part.view.header.misfit_bytes.size() + part.view.sizes.size() + part.view.body.size();
  }
  chunk.parts_.reserve(parts);
  chunk.content_ = std::make_unique_for_overwrite<char[]>(bytes);
  char* to = chunk.content_.get();
  for (PartColumn& from : part_columns_) {
    if (!from.wanted) continue;
    from.place = std::uint16_t(chunk.parts_.size());
    GroupChunk::Part& part = chunk.parts_.emplace_back();
    part.slot = std::uint8_t(from.slot);
    part.weight = std::uint8_t(from.weight);
    part.count = from.count;
    part.times = times_columns_[from.times].times->data() + from.first;
    DenseView& values = part.values;
    values.header = from.view.header;
    values.header.misfit_bytes = copy_to(to, values.header.misfit_bytes);
    values.sizes = copy_shifted_to(to, from.view.sizes, from.shift);
    values.body = copy_to(to, from.view.body);
    values.referred = from.view.referred;
    for (std::size_t i = 0; i < values.header.reference_count; ++i)
      values.references[i] =
          &chunk.parts_[part_columns_[values.header.references[i].number].place].values;
  }
  for (std::size_t i = chunk.parts_.size(); i-- > 0;) {
    GroupChunk::Part& part = chunk.parts_[i];
    part.next = std::exchange(chunk.first_[part.slot], std::uint16_t(i));
  }
  for (TimesColumn& column : times_columns_)
    if (column.times != nullptr) chunk.times_.push_back(std::move(column.times));
  chunk.bytes_ += sizeof(GroupChunk) + bytes + chunk.parts_.capacity() * sizeof(GroupChunk::Part);
}

}  // namespace lapwing::tsdb

#include "agent/tsdb/group.h"

#include <algorithm>

#include "agent/tsdb/bytes.h"

namespace lapwing::tsdb {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr int kCompressionLevel = 3;
// What damaged bytes may make us allocate. A real chunk holds 64 series of 900 samples.
constexpr std::size_t kContentLimitBytes = 64u << 20;
constexpr std::size_t kColumnSamplesLimit = 100'000;
constexpr std::size_t kSamplesLimit = 2'000'000;

/// The time columns of a chunk while it is written: shared ones by identity, others by content.
class ColumnWriter {
 public:
  std::uint32_t number(const Run& run) {
    if (run.column == nullptr) return own(run);
    const auto [found, added] = shared_.try_emplace(run.column.get(), columns_.size());
    if (added) columns_.push_back({});
    Column& column = columns_[found->second];
    column.shared = run.column.get();
    column.count = std::max(column.count, run.first + run.count);
    return found->second;
  }

  void write(std::string& out) const {
    put_varint(out, columns_.size());
    for (const Column& column : columns_) {
      put_varint(out, column.count);
      if (column.shared == nullptr) {
        put_text(out, column.bytes);
        continue;
      }
      TimeEncoder encoder;
      std::string bytes;
      for (std::uint32_t i = 0; i < column.count; ++i)
        encoder.append(column.shared->times[i], bytes);
      encoder.finish(bytes);
      put_text(out, bytes);
    }
  }

 private:
  struct Column {
    const TimeColumn* shared = nullptr;
    std::uint32_t count = 0;
    std::string bytes;
  };

  std::uint32_t own(const Run& run) {
    const auto [found, added] = own_.try_emplace(run.own_times, columns_.size());
    if (added) columns_.push_back({nullptr, run.count, run.own_times});
    return found->second;
  }

  std::vector<Column> columns_;
  std::map<const TimeColumn*, std::uint32_t> shared_;
  std::map<std::string, std::uint32_t> own_;
};

struct Header {
  std::uint32_t slot = 0;
  StoredRun run;
  std::size_t value_bytes = 0;
};
using Times = std::vector<std::shared_ptr<const std::vector<std::int64_t>>>;

Times read_columns(ByteReader& in) {
  Times columns;
  const std::uint64_t count = in.varint();
  std::size_t samples = 0;
  for (std::uint64_t i = 0; i < count && !in.failed(); ++i) {
    const std::uint64_t size = in.varint();
    const std::string_view bytes = in.text();
    samples += size;
    if (size == 0 || size > kColumnSamplesLimit || samples > kSamplesLimit) {
      in.fail();
      break;
    }
    auto times = std::make_shared<std::vector<std::int64_t>>(std::size_t(size));
    if (!decode_times(bytes, *times)) in.fail();
    columns.push_back(std::move(times));
  }
  return columns;
}

std::vector<Header> read_headers(ByteReader& in, const Times& columns) {
  std::vector<Header> headers;
  const std::uint64_t series = in.varint();
  if (series > kGroupSeries) in.fail();
  for (std::uint64_t i = 0; i < series && !in.failed(); ++i) {
    const std::uint64_t slot = in.varint();
    const std::uint64_t runs = in.varint();
    for (std::uint64_t r = 0; r < runs && !in.failed(); ++r) {
      const std::uint64_t column = in.varint(), first = in.varint(), count = in.varint();
      const std::uint64_t value_bytes = in.varint();
      if (column >= columns.size() || count == 0 || slot >= kGroupSeries ||
          first > columns[std::size_t(column)]->size() ||
          count > columns[std::size_t(column)]->size() - first) {
        in.fail();
        break;
      }
      headers.push_back(
          {std::uint32_t(slot),
           {columns[std::size_t(column)], std::uint32_t(first), std::uint32_t(count), {}},
           std::size_t(value_bytes)});
    }
  }
  return headers;
}

}  // namespace

Result<std::string> encode_group(const std::vector<GroupSeries>& series, Compressor& compressor) {
  ColumnWriter columns;
  std::string headers, values;
  put_varint(headers, series.size());
  for (const GroupSeries& one : series) {
    put_varint(headers, one.slot);
    put_varint(headers, one.runs.size());
    for (const auto& run : one.runs) {
      put_varint(headers, columns.number(*run));
      put_varint(headers, run->first);
      put_varint(headers, run->count);
      put_varint(headers, run->values.size());
      values += run->values;
    }
  }
  std::string content;
  content += char(kVersion);
  columns.write(content);
  content += headers;
  content += values;
  return compressor.compress(content, kCompressionLevel);
}

RunView view(const StoredRun& run) {
  const std::span<const std::int64_t> times = std::span(*run.times).subspan(run.first, run.count);
  return {.times = times,
          .values = run.values,
          .count = run.count,
          .first_time = times.front(),
          .last_time = times.back()};
}

Result<void> decode_group(std::string_view chunk, const std::set<std::uint32_t>& wanted,
                          StoredRuns& out) {
  const auto content = decompress(chunk, kContentLimitBytes);
  if (!content) return content.error();
  ByteReader in(*content);
  if (in.byte() != kVersion) return corrupt("a chunk of another version");
  const Times columns = read_columns(in);
  std::vector<Header> headers = read_headers(in, columns);
  for (Header& header : headers) header.run.values = in.bytes(header.value_bytes);
  if (in.failed() || !in.at_end()) return corrupt("a chunk is cut short or has no meaning");
  for (Header& header : headers)
    if (wanted.contains(header.slot)) out[header.slot].push_back(std::move(header.run));
  return {};
}

}  // namespace lapwing::tsdb

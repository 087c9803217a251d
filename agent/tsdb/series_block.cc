#include "agent/tsdb/series_block.h"

#include <utility>

#include "agent/tsdb/bytes.h"

namespace lapwing::tsdb {
namespace {

constexpr std::uint8_t kVersion = 1;
// Written once for each series of a day; the text is a tenth of what level 3 leaves of churn.
constexpr int kCompressionLevel = 12;
// A label set has at most 16 KiB of text and 128 labels: head.h.
constexpr std::size_t kContentLimitBytes = kBlockSeries * (17u << 10);
constexpr std::size_t kLabels = 1024;

}  // namespace

Result<std::string> encode_series(std::span<const FileSeries> series, Compressor& compressor) {
  std::string content;
  content += char(kVersion);
  put_varint(content, series.size());
  for (const FileSeries& one : series) {
    content += char(one.kind);
    put_varint(content, one.labels.size());
    for (const Label label : one.labels) {
      put_text(content, label.name);
      put_text(content, label.value);
    }
  }
  return compressor.compress(content, kCompressionLevel);
}

Result<void> decode_series(std::string_view block, std::vector<FileSeries>& out) {
  const auto content = decompress(block, kContentLimitBytes);
  if (!content) return content.error();
  ByteReader in(*content);
  if (in.byte() != kVersion) return corrupt("a series block of another version");
  const std::uint64_t count = in.varint();
  if (count > kBlockSeries) in.fail();
  std::vector<FileSeries> found;
  std::vector<Label> labels;
  for (std::uint64_t i = 0; i < count && !in.failed(); ++i) {
    const std::uint8_t kind = in.byte();
    const std::uint64_t size = in.varint();
    if (kind > std::uint8_t(SeriesKind::Gauge) || size == 0 || size > kLabels) in.fail();
    labels.clear();
    for (std::uint64_t label = 0; label < size && !in.failed(); ++label) {
      const std::string_view name = in.text();
      labels.push_back({name, in.text()});
    }
    if (!in.failed()) found.push_back({Labels::from(labels), SeriesKind(kind)});
  }
  if (in.failed() || !in.at_end()) return corrupt("a series block is damaged");
  out.insert(out.end(), std::make_move_iterator(found.begin()),
             std::make_move_iterator(found.end()));
  return {};
}

}  // namespace lapwing::tsdb

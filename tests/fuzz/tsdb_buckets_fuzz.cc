// Any bytes as a chunk of buckets and as a series block, as they stand on disk and behind the
// compression.
#include <cstdint>
#include <string_view>

#include "agent/tsdb/bucket_chunk.h"
#include "agent/tsdb/series_block.h"

using namespace lapwing;
using namespace lapwing::tsdb;

namespace {

void read(std::string_view bytes) {
  if (const auto chunk = BucketChunk::open(bytes)) {
    Minutes minutes;
    for (const std::uint32_t slot : {0u, 1u, 3u, kGroupSeries - 1})
      static_cast<void>((*chunk)->read(slot, minutes));
    Columns columns;
    representatives(minutes, kBeginningOfTime, kNever, {}, columns);
  }
  std::vector<FileSeries> series;
  static_cast<void>(decode_series(bytes, series));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  read(bytes);
  Compressor compressor;
  if (const auto packed = compressor.compress(bytes, 1)) read(*packed);
  return 0;
}

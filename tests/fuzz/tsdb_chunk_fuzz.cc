// Any bytes as a chunk, as it stands on disk and behind the compression, and as columns.
#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

#include "agent/tsdb/chunk_reader.h"
#include "agent/tsdb/codec.h"

using namespace lapwing::tsdb;

namespace {

void read(std::string_view chunk) {
  constexpr std::uint32_t kSlots[] = {0, 1, 2, 63, kGroupSeries - 1};
  Slots wanted;
  for (const std::uint32_t slot : kSlots) wanted.set(slot);
  const auto opened = ChunkReader().open(chunk, wanted);
  if (!opened) return;
  lapwing::Columns columns;
  for (const std::uint32_t slot : kSlots) {
    std::vector<RunView> views;
    (*opened)->add_runs(slot, views);
    // Repeats are cheap to claim: a few series are enough to try the decoders.
    if (views.size() > 8) views.resize(8);
    columns.clear();
    static_cast<void>(read_runs(views, {}, columns));
    if (columns.size() == 0) continue;
    const lapwing::TimeRange middle{columns.times[columns.size() / 2], columns.times.back()};
    columns.clear();
    static_cast<void>(read_runs(views, middle, columns));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  read(bytes);
  Compressor compressor;
  if (const auto packed = compressor.compress(bytes, 1)) read(*packed);
  return 0;
}

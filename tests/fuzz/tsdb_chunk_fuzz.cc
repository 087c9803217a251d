// Any bytes as a chunk, as it stands on disk and behind the compression, and as columns.
#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

#include "agent/tsdb/codec.h"
#include "agent/tsdb/group.h"

using namespace lapwing::tsdb;

namespace {

void read(std::string_view chunk) {
  StoredRuns runs;
  static_cast<void>(decode_group(chunk, {0, 1, 2, 63, kGroupSeries - 1}, runs));
  lapwing::Columns columns;
  for (const auto& [slot, list] : runs) {
    std::vector<RunView> views;
    for (const StoredRun& run : list) views.push_back(view(run));
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

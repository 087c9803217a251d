// Any bytes as a column: the first two say how many entries, the rest is read as plain and dense
// values, integers and times. What decodes must encode and decode to the same again.
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "agent/tsdb/codec.h"
#include "agent/tsdb/dense_column.h"

using namespace lapwing::tsdb;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::size_t count = (std::size_t(data[0]) | std::size_t(data[1]) << 8) % 2048;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  std::vector<double> values(count), again(count);
  static_cast<void>(decode_values(bytes, values));
  std::vector<std::int64_t> integers(count);
  static_cast<void>(decode_times(bytes, integers));
  static_cast<void>(decode_integers(bytes, integers));
  if (!decode_doubles(bytes, values)) return 0;
  std::string written;
  encode_doubles(values, written);
  if (!decode_doubles(written, again)) std::abort();
  for (std::size_t i = 0; i < count; ++i)
    if (std::bit_cast<std::uint64_t>(values[i]) != std::bit_cast<std::uint64_t>(again[i]))
      std::abort();
  return 0;
}

#include "agent/tsdb/bucket_shape.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "agent/tsdb/bytes.h"
#include "agent/tsdb/dense_column.h"

namespace lapwing::tsdb {
namespace {

using Integers = std::vector<std::int64_t>;

// A column of integers: flat zero, flat, the lowest and what each entry is above it, or packed.
constexpr std::uint8_t kZero = 0, kFlat = 1, kListed = 2, kPacked = 3;

std::string encode_column(const Integers& column) {
  if (column.empty()) return {};
  const auto [lowest, highest] = std::minmax_element(column.begin(), column.end());
  std::string listed(1, char(kListed));
  if (*lowest == *highest) {
    listed[0] = char(*lowest == 0 ? kZero : kFlat);
    if (*lowest != 0) put_signed(listed, *lowest);
    return listed;
  }
  put_signed(listed, *lowest);
  for (const std::int64_t value : column)
    put_varint(listed, std::uint64_t(value) - std::uint64_t(*lowest));
  std::string packed(1, char(kPacked)), bytes;
  encode_integers(column, bytes);
  put_text(packed, bytes);
  return packed.size() < listed.size() ? packed : listed;
}

void read_column(ByteReader& in, std::size_t count, Integers& out) {
  out.assign(count, 0);
  if (count == 0) return;
  const std::uint8_t form = in.byte();
  if (form == kZero) return;
  if (form == kPacked) {
    if (!decode_integers(in.text(), out)) in.fail();
    return;
  }
  const std::int64_t lowest = in.signed_varint();
  if (form > kPacked) in.fail();
  for (std::int64_t& value : out)
    value = form == kFlat ? lowest : std::int64_t(std::uint64_t(lowest) + in.varint());
}

bool is_near(std::int64_t value) {
  // 2^40 hours or minutes are beyond any time that a file has: products stay small.
  constexpr std::int64_t kFarthest = std::int64_t(1) << 40;
  return value >= -kFarthest && value <= kFarthest;
}

}  // namespace

std::string encode_shape(const Minutes& buckets, Duration width) {
  const std::size_t size = buckets.size();
  Integers steps(size), firsts(size), lasts(size), counts(size);
  for (std::size_t i = 0; i < size; ++i) {
    const Timestamp end = buckets.ends[i];
    steps[i] = i == 0 ? 0 : (end - buckets.ends[i - 1]) / width;
    firsts[i] = (buckets.first_times[i] - (end - width)).count();
    lasts[i] = (end - buckets.last_times[i]).count();
    counts[i] = buckets.counts[i];
  }
  std::string out;
  put_signed(out, to_millis(buckets.ends.front()) / width.count());
  steps.erase(steps.begin());
  out += encode_column(steps);
  out += encode_column(firsts);
  out += encode_column(lasts);
  out += encode_column(counts);
  return out;
}

bool decode_shape(std::string_view bytes, std::size_t size, Duration width, Minutes& out) {
  ByteReader in(bytes);
  const std::int64_t first_end = in.signed_varint();
  Integers steps, firsts, lasts, counts;
  read_column(in, size - 1, steps);
  read_column(in, size, firsts);
  read_column(in, size, lasts);
  read_column(in, size, counts);
  if (in.failed() || !in.at_end() || !is_near(first_end)) return false;
  std::int64_t end = first_end;
  for (std::size_t i = 0; i < size; ++i) {
    if (i > 0 && (steps[i - 1] <= 0 || !is_near(steps[i - 1]))) return false;
    end += i > 0 ? steps[i - 1] : 0;
    if (!is_near(end) || firsts[i] <= 0 || firsts[i] > width.count() || lasts[i] < 0 ||
        lasts[i] > width.count() - firsts[i] || counts[i] <= 0 ||
        counts[i] > std::numeric_limits<std::uint32_t>::max())
      return false;
    const Timestamp at = from_millis(end * width.count());
    out.ends.push_back(at);
    out.first_times.push_back(at - width + Duration(firsts[i]));
    out.last_times.push_back(at - Duration(lasts[i]));
    out.counts.push_back(std::uint32_t(counts[i]));
  }
  return true;
}

}  // namespace lapwing::tsdb

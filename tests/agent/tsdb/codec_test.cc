#include "agent/tsdb/codec.h"

#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "agent/model/sample.h"
#include "agent/tsdb/bytes.h"

using namespace lapwing;
using namespace lapwing::tsdb;

namespace {

std::string encode(const std::vector<double>& values) {
  ValueEncoder encoder;
  std::string bytes;
  for (const double value : values) encoder.append(value, bytes);
  encoder.finish(bytes);
  return bytes;
}

bool round_trips(const std::vector<double>& values) {
  std::vector<double> decoded(values.size());
  if (!decode_values(encode(values), decoded)) return false;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (std::bit_cast<std::uint64_t>(values[i]) != std::bit_cast<std::uint64_t>(decoded[i]))
      return false;
  return true;
}

bool times_round_trip(const std::vector<std::int64_t>& times) {
  TimeEncoder encoder;
  std::string bytes;
  for (const std::int64_t time : times) encoder.append(time, bytes);
  encoder.finish(bytes);
  std::vector<std::int64_t> decoded(times.size());
  return decode_times(bytes, decoded) && decoded == times;
}

}  // namespace

TEST_CASE("codec: odd doubles round-trip bit for bit") {
  const std::vector<double> odd = {0.0,
                                   -0.0,
                                   kStaleMarker,
                                   std::numeric_limits<double>::quiet_NaN(),
                                   std::bit_cast<double>(0x7ff8000000000001ull),
                                   std::bit_cast<double>(0xfff0000000000003ull),
                                   std::numeric_limits<double>::infinity(),
                                   -std::numeric_limits<double>::infinity(),
                                   std::numeric_limits<double>::denorm_min(),
                                   -std::numeric_limits<double>::denorm_min(),
                                   std::numeric_limits<double>::max(),
                                   std::numeric_limits<double>::lowest(),
                                   9007199254740993.0,
                                   -9007199254740992.0,
                                   2251799813685248.0,
                                   -2251799813685247.0,
                                   0.1,
                                   1.0 / 3,
                                   123 * 1e-3,
                                   123 / 1e3,
                                   7.1e-9,
                                   1e300};
  for (const double first : odd)
    for (const double second : odd) CHECK(round_trips({first, second, second, first}));
  CHECK(round_trips(odd));
  CHECK(round_trips(std::vector<double>{}));
}

TEST_CASE("codec: random columns of every shape round-trip") {
  std::mt19937_64 random(1);
  for (int round = 0; round < 300; ++round) {
    std::vector<double> values;
    const int shape = round % 6;
    double value = 0;
    for (int i = 0; i < 500; ++i) {
      if (shape == 0) value = std::bit_cast<double>(random());
      if (shape == 1) value += double(random() % 1000);
      if (shape == 2) value = double(random() % 5);
      if (shape == 3) value = double(std::int64_t(random() % 2000000) - 1000000) / 100;
      if (shape == 4 && random() % 4 == 0) value = double(random() % 100000) * 1e-3;
      if (shape == 5) value = random() % 9 == 0 ? std::bit_cast<double>(random()) : double(i) / 8;
      values.push_back(value);
    }
    REQUIRE(round_trips(values));
  }
}

TEST_CASE("codec: steady columns are small") {
  CHECK(encode(std::vector<double>(1000, 0.0)).size() <= 2);
  CHECK(encode(std::vector<double>(1000, 1234567.0)).size() <= 6);
  std::vector<double> counter;
  for (int i = 0; i < 1000; ++i) counter.push_back(i * 3 / 100.0);
  CHECK(encode(counter).size() < 1010);
}

TEST_CASE("codec: times round-trip, steady ones in a few bytes") {
  std::mt19937_64 random(2);
  std::vector<std::int64_t> times;
  std::int64_t time = 1'700'000'000'000;
  for (int i = 0; i < 1000; ++i) times.push_back(time += 1000);
  CHECK(times_round_trip(times));
  TimeEncoder encoder;
  std::string bytes;
  for (const std::int64_t each : times) encoder.append(each, bytes);
  encoder.finish(bytes);
  CHECK(bytes.size() <= 12);
  for (int i = 0; i < 1000; ++i) times.push_back(time += std::int64_t(random() % 5000));
  CHECK(times_round_trip(times));
  CHECK(times_round_trip(std::vector<std::int64_t>{0}));
  CHECK(times_round_trip(std::vector<std::int64_t>{-1, 1, 1LL << 60, -(1LL << 60)}));
}

TEST_CASE("codec: a column cut anywhere, or asked for more values, is refused") {
  const std::string bytes = encode({1, 2.5, 2.5, 2.5, 1e300, 7});
  std::vector<double> out(6);
  REQUIRE(decode_values(bytes, out));
  for (std::size_t cut = 0; cut < bytes.size(); ++cut)
    CHECK_FALSE(decode_values(std::string_view(bytes).substr(0, cut), out));
  out.resize(7);
  CHECK_FALSE(decode_values(bytes, out));
  out.resize(5);
  CHECK_FALSE(decode_values(bytes, out));
}

TEST_CASE("codec: a change alone is read back with the state that went before") {
  ValueState writer, reader;
  std::string bytes;
  for (const double value : {5.0, 5.25, -1.0, 1e-300, 3.0}) {
    bytes.clear();
    encode_change(writer, value, bytes);
    ByteReader in(bytes);
    REQUIRE(decode_change(reader, in));
    CHECK(in.at_end());
    CHECK(std::bit_cast<double>(reader.bits) == value);
  }
}

namespace {

/// Decimals that rise and fall, repeats, values that are none, now and then a NaN.
std::vector<double> mixed_column(std::mt19937& random, std::size_t count, bool nans) {
  std::vector<double> values;
  double level = double(random() % 1000) / 100;
  while (values.size() < count) {
    switch (random() % 12) {
      case 0:
        level = double(random() % 100) / 10;
        break;
      case 1:
        level = std::bit_cast<double>(std::uint64_t(random()) << 32 | random());
        if (std::isnan(level)) level = 1;
        break;
      case 2:
        values.insert(values.end(), std::min<std::size_t>(5, count - values.size()), level);
        continue;
      case 3:
        level = std::round(level * 100) / 100 + double(random() % 3) * 400;
        break;
      default:
        level += double(random() % 100) / 100;
        level = std::round(level * 100) / 100;
    }
    values.push_back(nans && random() % 40 == 0 ? std::numeric_limits<double>::quiet_NaN() : level);
  }
  return values;
}

}  // namespace

TEST_CASE("codec: the ends of a column's part are what its values say") {
  std::mt19937 random(1);
  std::size_t falls_seen = 0, refused = 0;
  for (int i = 0; i < 2000; ++i) {
    const std::size_t size = 1 + random() % 80;
    const std::vector<double> values = mixed_column(random, size, i % 2 == 1);
    const std::string bytes = encode(values);
    const std::size_t skip = random() % size, count = 1 + random() % (size - skip);
    const double before = 3;
    std::vector<double> expected = {-1};
    bool any_nan = false;
    for (std::size_t at = skip; at < skip + count; ++at) {
      const double last = at == skip ? before : values[at - 1];
      any_nan = any_nan || std::isnan(values[at]);
      if (values[at] < last) expected.push_back(last);
    }
    ValueEnds ends;
    std::vector<double> falls = {-1};
    const bool read = decode_ends(bytes, skip, count, &before, ends, falls);
    CHECK(read == !any_nan);
    refused += read ? 0 : 1;
    if (!read) continue;
    CHECK(ends.first == values[skip]);
    CHECK(ends.last == values[skip + count - 1]);
    CHECK(falls == expected);
    falls_seen += falls.size() - 1;
  }
  CHECK(falls_seen > 1000);
  CHECK(refused > 100);
}

TEST_CASE("codec: ends of truncated and damaged columns are refused or lie within them") {
  std::mt19937 random(2);
  for (int i = 0; i < 2000; ++i) {
    std::string bytes = encode(mixed_column(random, 40, false));
    if (i % 2 == 0)
      bytes.resize(random() % bytes.size());
    else
      bytes[random() % bytes.size()] = char(random());
    ValueEnds ends;
    std::vector<double> falls;
    if (decode_ends(bytes, 3, 37, nullptr, ends, falls)) CHECK(falls.size() < 40);
    TimeEnds times;
    if (find_times(bytes, 40, 5, 5000, times)) CHECK(times.before + times.count <= 40);
  }
  ValueEnds ends;
  std::vector<double> falls;
  CHECK_FALSE(decode_ends("", 0, 1, nullptr, ends, falls));
  TimeEnds times;
  CHECK_FALSE(find_times("", 1, 0, 1, times));
}

TEST_CASE("codec: times within a range are found without being written down") {
  std::mt19937 random(3);
  for (int i = 0; i < 2000; ++i) {
    std::vector<std::int64_t> written;
    std::int64_t time = 1'700'000'000'000 + random() % 1000;
    TimeEncoder encoder;
    std::string bytes;
    for (std::size_t at = 1 + random() % 60; at > 0; --at) {
      written.push_back(time);
      encoder.append(time, bytes);
      time += random() % 4 == 0 ? 1 + random() % 2000 : 1000;
    }
    encoder.finish(bytes);
    const std::int64_t from = written[0] + std::int64_t(random() % 70'000) - 5'000;
    const std::int64_t to = from + std::int64_t(random() % 50'000);
    std::vector<std::int64_t> within;
    std::size_t before = 0;
    for (const std::int64_t one : written) {
      if (one < from) ++before;
      if (one >= from && one <= to) within.push_back(one);
    }
    TimeEnds found;
    REQUIRE(find_times(bytes, written.size(), from, to, found));
    CHECK(found.before == before);
    REQUIRE(found.count == within.size());
    if (within.empty()) continue;
    CHECK(found.first == within.front());
    CHECK(found.last == within.back());
  }
}

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

#include "agent/tsdb/dense_column.h"

#include <catch2/catch.hpp>

#include "agent/tsdb/bytes.h"
#include "tests/agent/tsdb/doubles.h"

using namespace lapwing::tsdb;
using namespace lapwing::tsdb::testing;

namespace {

bool round_trips(const std::vector<double>& values) {
  std::string bytes;
  encode_doubles(values, bytes);
  std::vector<double> out(values.size());
  return decode_doubles(bytes, out) && same_bits(values, out);
}

bool integers_round_trip(const std::vector<std::int64_t>& integers) {
  std::string bytes;
  encode_integers(integers, bytes);
  std::vector<std::int64_t> out(integers.size());
  return decode_integers(bytes, out) && integers == out;
}

/// A column as a chunk holds it: its header, read again, and its body.
struct Written {
  explicit Written(const std::vector<double>& values) {
    DenseColumn column;
    column.prepare(values);
    DenseFields fields;
    column.write(fields, body);
    bytes = fields.joined();
    ByteReader in(bytes);
    REQUIRE(read_dense_headers(in, {&header, 1}));
  }
  std::string bytes;  // `header` points into it
  DenseBody body;
  DenseHeader header;
};

std::size_t bytes_of(const std::vector<double>& values) {
  std::string bytes;
  encode_doubles(values, bytes);
  return bytes.size();
}

}  // namespace

TEST_CASE("dense column: odd doubles round-trip bit for bit in any company") {
  const auto odd = odd_doubles();
  for (const double first : odd) {
    REQUIRE(round_trips(std::vector<double>{first}));
    for (const double second : odd) REQUIRE(round_trips({first, second, second, first}));
    std::vector<double> among(300, 17.25);
    among[100] = first;
    REQUIRE(round_trips(among));
  }
  CHECK(round_trips(odd));
  CHECK(round_trips(std::vector<double>{}));
}

TEST_CASE("dense column: columns of every shape and length round-trip") {
  std::mt19937_64 random(1);
  for (int round = 0; round < 240; ++round)
    REQUIRE(round_trips(shaped(round % kShapes, 1 + random() % 700, random)));
}

TEST_CASE("dense column: integers round-trip, also where differences wrap around") {
  constexpr auto kLeast = std::numeric_limits<std::int64_t>::min();
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  CHECK(integers_round_trip(std::vector<std::int64_t>{kLeast, kMost, kLeast, 0, kMost}));
  CHECK(integers_round_trip(std::vector<std::int64_t>{0, kLeast, 0, kLeast}));
  CHECK(integers_round_trip(std::vector<std::int64_t>{kLeast}));
  std::mt19937_64 random(2);
  for (int round = 0; round < 60; ++round) {
    std::vector<std::int64_t> integers;
    for (std::size_t i = 0; i < 1 + random() % 500; ++i)
      integers.push_back(std::int64_t(random()) >> (round % 64));
    REQUIRE(integers_round_trip(integers));
  }
}

TEST_CASE("dense column: steady columns are small") {
  CHECK(bytes_of(std::vector<double>(1800, 1234567.0)) <= 8);
  std::vector<double> counter, pages;
  for (int i = 0; i < 1800; ++i) counter.push_back(i * 3 / 100.0);
  CHECK(bytes_of(counter) <= 32);
  std::mt19937_64 random(3);
  for (int i = 0; i < 1800; ++i) pages.push_back(double(random() % 4) * 4096);
  CHECK(bytes_of(pages) <= 1800 * 2.6 / 8);
}

TEST_CASE("dense column: noise about a level and growth take no sign, steady growth its middle") {
  std::mt19937_64 random(12);
  const auto prediction_of = [](const std::vector<double>& values) {
    const Written written(values);
    return std::pair(written.header.prediction, written.header.counted);
  };
  std::vector<double> noise, growth, steady;
  double grown = 0;
  for (int i = 0; i < 900; ++i) {
    noise.push_back(double(random() % 100'000));
    growth.push_back(grown += double(random() % 100'000));
    steady.push_back(i * 1000.0 + (random() % 8 == 0 ? 1 : 0));
  }
  CHECK(prediction_of(noise) == std::pair(Prediction::Lowest, false));
  CHECK(prediction_of(growth) == std::pair(Prediction::Newest, true));
  CHECK(prediction_of(steady) == std::pair(Prediction::Steady, false));
}

TEST_CASE("dense column: any part of a column is read as the whole") {
  std::mt19937_64 random(4);
  for (int shape = 0; shape < kShapes; ++shape) {
    const auto values = shaped(shape, 500, random);
    const Written written(values);
    const DenseView view{written.header, written.body.sizes, written.body.bits, {}};
    DenseDecoder decoder;
    for (const auto& [from, to] : {std::pair<std::size_t, std::size_t>{0, 1},
                                   {127, 129},
                                   {128, 256},
                                   {300, 301},
                                   {499, 500},
                                   {5, 495}}) {
      std::vector<double> out(to - from);
      REQUIRE(decoder.decode(view, values.size(), from, to, out.data()));
      REQUIRE(same_bits(
          out, {values.begin() + std::ptrdiff_t(from), values.begin() + std::ptrdiff_t(to)}));
    }
  }
}

TEST_CASE("dense column: a sum of two others costs nearly nothing and reads back") {
  std::mt19937_64 random(5);
  std::vector<double> a, b, sum, opposed;
  double first = 0, second = 0;
  for (int i = 0; i < 1000; ++i) {
    a.push_back(first += double(random() % 100000));
    b.push_back(second += double(random() % 1000));
    sum.push_back(first + second);
    opposed.push_back(1e9 - first);
  }
  DenseColumn columns[4];
  DenseView views[4];
  DenseFields fields;
  DenseBody bodies[4];
  DenseDecoder decoder;
  const std::vector<double>* all[4] = {&a, &b, &sum, &opposed};
  for (int i = 0; i < 4; ++i) columns[i].prepare(*all[i]);
  REQUIRE(columns[2].refer_to(columns[0], 0));
  REQUIRE(columns[2].refer_to(columns[1], 1));
  CHECK_FALSE(columns[2].refer_to(columns[3], 3));
  REQUIRE(columns[3].refer_to(columns[0], 0));
  for (int i = 0; i < 4; ++i) columns[i].write(fields, bodies[i]);
  const std::string bytes = fields.joined();
  ByteReader in(bytes);
  DenseHeader headers[4];
  REQUIRE(read_dense_headers(in, headers));
  CHECK(in.at_end());
  for (int i = 0; i < 4; ++i) {
    views[i].header = headers[i];
    views[i].sizes = bodies[i].sizes;
    views[i].body = bodies[i].bits;
    for (std::size_t r = 0; r < views[i].header.reference_count; ++r)
      views[i].references[r] = &views[views[i].header.references[r].number];
    views[i].referred = i < 2;
    std::vector<double> out = *all[i];
    // Whole, in part, and when what it refers to is known already or was forgotten.
    for (const std::size_t from : {0u, 300u, 999u, 0u}) {
      REQUIRE(decoder.decode(views[i], 1000, from, 1000, out.data() + from));
      CHECK(same_bits(out, *all[i]));
      if (from == 300) decoder.forget();
    }
  }
  CHECK((bodies[2].sizes + bodies[2].bits).empty());
  CHECK((bodies[3].sizes + bodies[3].bits).empty());
}

TEST_CASE("dense column: cut anywhere, or of another length, it is refused") {
  std::mt19937_64 random(6);
  for (const int shape : {0, 3, 5, 10}) {
    const auto values = shaped(shape, 300, random);
    std::string bytes;
    encode_doubles(values, bytes);
    std::vector<double> out(values.size());
    REQUIRE(decode_doubles(bytes, out));
    for (std::size_t cut = 0; cut < bytes.size(); ++cut)
      REQUIRE_FALSE(decode_doubles(std::string_view(bytes).substr(0, cut), out));
    CHECK_FALSE(decode_doubles(bytes + "x", out));
  }
}

TEST_CASE("dense column: any bytes are refused or read, never more") {
  std::mt19937_64 random(7);
  std::string bytes;
  encode_doubles(shaped(3, 300, random), bytes);
  std::vector<double> out(300);
  std::vector<std::int64_t> integers(300);
  for (int round = 0; round < 3000; ++round) {
    std::string bad = bytes;
    for (std::uint64_t i = 0; i <= random() % 4; ++i)
      bad[random() % std::min<std::size_t>(bad.size(), 40)] = char(random());
    static_cast<void>(decode_doubles(bad, out));
    static_cast<void>(decode_integers(bad, integers));
  }
  SUCCEED();
}

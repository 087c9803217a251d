#include "agent/tsdb/bucket_chunk.h"

#include <algorithm>
#include <bit>
#include <catch2/catch.hpp>
#include <limits>
#include <random>

#include "tests/agent/tsdb/support.h"

using namespace lapwing;
using namespace lapwing::tsdb;
using lapwing::tsdb::testing::kStart;

namespace {

/// Buckets of samples that some function of the second gives.
template <typename Value>
SlotBuckets slot(std::uint32_t number, Keeps keeps, int seconds, Value value) {
  Columns samples;
  for (int i = 1; i <= seconds; ++i) {
    samples.times.push_back(kStart + i * 1s + Duration(i % 3));
    samples.values.push_back(value(i));
  }
  SlotBuckets out{number, keeps, {}};
  aggregate(samples, 1min, out.buckets);
  return out;
}

Minutes all(const BucketChunk& chunk, std::uint32_t slot) {
  BucketChunk::Scratch scratch;
  Minutes out;
  REQUIRE(chunk.append(slot, kBeginningOfTime, kNever, MinuteNeed::Sums, scratch, out).ok());
  return out;
}

bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](double x, double y) {
    return std::bit_cast<std::uint64_t>(x) == std::bit_cast<std::uint64_t>(y);
  });
}

/// Who needs less gets what it needs, and as many of everything.
void check_ends_alone(const BucketChunk& chunk, const SlotBuckets& one) {
  for (const MinuteNeed need : {MinuteNeed::Ends, MinuteNeed::Corrections}) {
    BucketChunk::Scratch scratch;
    Minutes read;
    REQUIRE(chunk.append(one.slot, kBeginningOfTime, kNever, need, scratch, read).ok());
    CHECK(read.counts == one.buckets.counts);
    CHECK(same_bits(read.firsts, one.buckets.firsts));
    CHECK(same_bits(read.lasts, one.buckets.lasts));
    if (read.corrections_kept) CHECK(read.corrections == one.buckets.corrections);
    pad(read);
    CHECK(read.sums.size() == read.size());
  }
}

void check_round_trip(const SlotBuckets& one) {
  Compressor compressor;
  const auto bytes = encode_buckets({&one, 1}, 1min, compressor);
  REQUIRE(bytes.ok());
  const auto chunk = BucketChunk::open(*bytes);
  REQUIRE(chunk.ok());
  CHECK((*chunk)->has(one.slot));
  const Minutes read = all(**chunk, one.slot);
  Minutes expected = one.buckets;
  const auto falls = std::count_if(expected.corrections.begin(), expected.corrections.end(),
                                   [](double value) { return value != 0; });
  expected.corrections_kept =
      one.keeps == Keeps::Corrections || std::size_t(falls) * 8 <= expected.size();
  expected.extremes_kept = one.keeps == Keeps::Extremes;
  expected.exact_sums = expected.exact_sums && expected.extremes_kept;
  CHECK(same(read, expected, one.keeps));
  CHECK(read.corrections_kept == expected.corrections_kept);
  CHECK(read.extremes_kept == expected.extremes_kept);
  if (read.corrections_kept) CHECK(read.corrections == expected.corrections);
  check_ends_alone(**chunk, one);
}

}  // namespace

TEST_CASE("bucket chunk: counters, gauges and odd values come back") {
  std::mt19937_64 random(5);
  check_round_trip(slot(0, Keeps::Corrections, 3600, [](int i) { return i * 17.0; }));
  check_round_trip(slot(1, Keeps::Corrections, 3600, [](int i) { return i % 900 * 0.25; }));
  check_round_trip(slot(2, Keeps::Extremes, 3600, [](int) { return 4096.0; }));
  check_round_trip(slot(8, Keeps::Extremes, 3600, [](int i) { return i % 1800 * 0.25; }));
  check_round_trip(slot(3, Keeps::Extremes, 900, [](int i) { return (i * i % 1000) / 100.0; }));
  check_round_trip(
      slot(4, Keeps::Extremes, 900, [](int i) { return 1e-9 * (i * 7919 % 100'003); }));
  check_round_trip(slot(5, Keeps::Extremes, 90, [](int i) { return i * 4096.0 * 1e6; }));
  check_round_trip(
      slot(6, Keeps::Extremes, 600, [&](int) { return std::bit_cast<double>(random()); }));
  check_round_trip(slot(7, Keeps::Corrections, 600, [&](int) { return double(random()) / 3; }));
  check_round_trip(slot(kGroupSeries - 1, Keeps::Extremes, 1,
                        [](int) { return std::numeric_limits<double>::quiet_NaN(); }));
  check_round_trip(slot(0, Keeps::Extremes, 600, [](int i) { return i % 60 == 3 ? -0.0 : 1e300; }));
  check_round_trip(slot(0, Keeps::Extremes, 600, [](int i) { return i % 2 == 0 ? 9e18 : -9e18; }));
}

TEST_CASE("bucket chunk: a group of series shares its times, absent slots are empty") {
  std::vector<SlotBuckets> series;
  for (std::uint32_t i = 0; i < kGroupSeries; i += 2)
    series.push_back(slot(i, i % 4 == 0 ? Keeps::Corrections : Keeps::Extremes, 1800,
                          [&](int second) { return double(second * i); }));
  Compressor compressor;
  const auto bytes = encode_buckets(series, 1min, compressor);
  REQUIRE(bytes.ok());
  const auto chunk = BucketChunk::open(*bytes);
  REQUIRE(chunk.ok());
  for (const SlotBuckets& one : series) {
    const Minutes read = all(**chunk, one.slot);
    CHECK(read.firsts == one.buckets.firsts);
    CHECK(read.first_times == one.buckets.first_times);
  }
  CHECK_FALSE((*chunk)->has(1));
  CHECK(all(**chunk, 1).size() == 0);
  BucketChunk::Scratch scratch;
  Minutes part;
  REQUIRE((*chunk)->append(2, kStart + 5min, kStart + 7min, MinuteNeed::Sums, scratch, part).ok());
  CHECK(part.ends == std::vector<Timestamp>{kStart + 6min, kStart + 7min});
  CHECK(part.sums.size() == 2);
  CHECK_FALSE((*chunk)->has(kGroupSeries));
  // 64 series of 30 minutes that all change: far from 64 doubles a minute.
  CHECK(bytes->size() < 6000);
}

TEST_CASE("bucket chunk: empty series and slots out of range are Invalid") {
  Compressor compressor;
  const SlotBuckets empty{0, Keeps::Extremes, {}};
  CHECK(encode_buckets({&empty, 1}, 1min, compressor).error().kind == ErrorKind::Invalid);
  SlotBuckets far = slot(0, Keeps::Extremes, 10, [](int) { return 1.0; });
  far.slot = kGroupSeries;
  CHECK(encode_buckets({&far, 1}, 1min, compressor).error().kind == ErrorKind::Invalid);
}

TEST_CASE("bucket chunk: damaged contents are Corrupt or decode to something, never crash") {
  const SlotBuckets one =
      slot(3, Keeps::Extremes, 600, [](int i) { return (i * 37 % 101) / 10.0; });
  Compressor compressor;
  const std::string content =
      *decompress(*encode_buckets({&one, 1}, 1min, compressor), std::size_t(1) << 20);
  std::mt19937 random(11);
  int refused = 0;
  for (int round = 0; round < 2000; ++round) {
    std::string damaged = content;
    if (round % 3 == 0)
      damaged.resize(random() % damaged.size());
    else
      damaged[random() % damaged.size()] = char(random());
    const auto chunk = BucketChunk::open(*compressor.compress(damaged, 1));
    Minutes read;
    BucketChunk::Scratch scratch;
    if (!chunk || !(*chunk)->append(3, kBeginningOfTime, kNever, MinuteNeed::Sums, scratch, read))
      ++refused;
  }
  CHECK(refused > 700);
  CHECK(BucketChunk::open("").error().kind == ErrorKind::Corrupt);
  CHECK(BucketChunk::open("not a frame").error().kind == ErrorKind::Corrupt);
}

#include "agent/tsdb/bucket_column.h"

#include <catch2/catch.hpp>
#include <random>

#include "agent/tsdb/size_code.h"

using namespace lapwing::tsdb;

namespace {

/// Columns of a series as they are on disk.
struct Written {
  std::vector<BucketColumn> columns;
  std::string sizes, bits;

  Written(const BucketIntegers& whole, std::size_t count, const BucketCounts& counts) {
    std::vector<std::uint64_t> numbers;
    for (std::size_t i = 0; i < count; ++i) {
      columns.push_back(*encode_bucket_column(i, whole, counts));
      numbers.insert(numbers.end(), columns[i].numbers.begin(), columns[i].numbers.end());
    }
    encode_sizes(numbers, sizes, bits);
    bits.append(BucketBits::kPaddingBytes, '\0');
  }

  bool read(const BucketCounts& counts, BucketIntegers& out) const {
    std::vector<BucketColumnView> views;
    std::size_t at = 0;
    for (const BucketColumn& one : columns) {
      views.push_back({*BucketColumnHead::of(one.head.byte()), one.lowest,
                       std::string_view(sizes).substr(at, one.numbers.size())});
      at += one.numbers.size();
    }
    BucketBits below(std::string_view(bits).substr(0, bits.size() - BucketBits::kPaddingBytes));
    return decode_bucket_columns(views, below, counts, out) && below.at_end();
  }
};

}  // namespace

TEST_CASE("bucket column: noise, walks and growth of every magnitude come back") {
  std::mt19937_64 random(4);
  for (int round = 0; round < 300; ++round) {
    const std::size_t size = 1 + random() % 30, count = round % 2 == 0 ? 2 : kBucketColumns;
    const auto some = [&] { return std::int64_t(random() % (1ull << (1 + round % 50))); };
    const BucketCounts counts(size, 60);
    BucketIntegers whole;
    std::int64_t level = 0;
    for (std::size_t i = 0; i < size; ++i) {
      const std::int64_t first = level, last = level + some();
      if (round % 3 != 0) level = last;
      whole[kFirsts].push_back(first);
      whole[kLasts].push_back(last);
      if (count == 2) continue;
      whole[kMinima].push_back(first - some());
      whole[kMaxima].push_back(last + some());
      whole[kSums].push_back(first * 60 + some());
    }
    BucketIntegers read;
    REQUIRE(Written(whole, count, counts).read(counts, read));
    REQUIRE(read == whole);
  }
}

TEST_CASE("bucket column: what is likely takes no numbers") {
  const BucketCounts counts(3, 60);
  // A counter that grows by 59 steps in a minute and by one between two.
  const BucketIntegers even = {{{0, 60, 120}, {59, 119, 179}, {}, {}, {}}};
  const auto lasts = encode_bucket_column(kLasts, even, counts);
  CHECK(lasts->head.residuals == BucketResiduals::Lowest);
  CHECK(lasts->head.prediction == BucketPrediction::Likely);
  CHECK(lasts->lowest == 59);
  const BucketIntegers still = {{{0, 0, 0}, {0, 0, 0}, {}, {}, {}}};
  CHECK(encode_bucket_column(kFirsts, still, counts)->head.residuals == BucketResiduals::Zeros);
}

TEST_CASE("bucket column: numbers too large for sizes are told, not written") {
  const BucketCounts counts(2, 1);
  const std::int64_t large = std::int64_t(1) << 61;
  const BucketIntegers whole = {{{0, large}, {large, -large}, {}, {}, {}}};
  CHECK_FALSE(encode_bucket_column(kLasts, whole, counts).has_value());
}

TEST_CASE("bucket column: bits cut, sizes and heads that there are not are refused") {
  const BucketCounts counts(4, 60);
  const BucketIntegers whole = {{{1000, 5, 700, 90}, {3, 90'000, 12, 77}, {}, {}, {}}};
  Written written(whole, 2, counts);
  BucketIntegers read;
  REQUIRE(written.read(counts, read));
  const std::string bits = written.bits;
  for (std::size_t cut = BucketBits::kPaddingBytes; cut < bits.size(); ++cut) {
    written.bits = bits.substr(0, cut);
    CHECK_FALSE(written.read(counts, read));
  }
  written.bits = bits + '\0';
  CHECK_FALSE(written.read(counts, read));
  written.bits = bits;
  written.sizes[1] = char(kSizes);
  CHECK_FALSE(written.read(counts, read));
  CHECK_FALSE(BucketColumnHead::of(0x0c).has_value());
  CHECK_FALSE(BucketColumnHead::of(0x80).has_value());
}

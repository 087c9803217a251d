#include "agent/tsdb/size_code.h"

#include <catch2/catch.hpp>
#include <random>
#include <vector>

using namespace lapwing::tsdb;

namespace {

using Numbers = std::vector<std::uint64_t>;

constexpr std::uint64_t kLargest = (1ull << 58) - 1;

struct Coded {
  std::string sizes, bits;
};

Coded encode(const Numbers& numbers) {
  Coded coded;
  encode_sizes(numbers, coded.sizes, coded.bits);
  return coded;
}

bool reads(std::string_view sizes, std::string_view bits, const Numbers& numbers) {
  // Exactly as long as they are, so that the sanitizer sees a read past the end.
  const std::vector<char> own_sizes(sizes.begin(), sizes.end()), own_bits(bits.begin(), bits.end());
  Numbers out(sizes.size());
  return decode_sizes({own_sizes.data(), own_sizes.size()}, {own_bits.data(), own_bits.size()},
                      out.data()) &&
         out == numbers;
}

bool round_trips(const Numbers& numbers) {
  const Coded coded = encode(numbers);
  return coded.sizes.size() == numbers.size() && reads(coded.sizes, coded.bits, numbers);
}

}  // namespace

TEST_CASE("size code: every size's lowest and highest number round-trips, alone and in a row") {
  Numbers all;
  for (unsigned width = 0; width <= 58; ++width)
    for (const std::uint64_t number :
         {(1ull << width) - 1, (1ull << width) / 2, (1ull << width) / 4 * 3})
      all.push_back(number);
  for (const std::uint64_t number : all) {
    INFO(number);
    CHECK(round_trips({number}));
    CHECK(round_trips({number, kLargest, number}));
  }
  CHECK(round_trips(all));
  CHECK(size_of_number(kLargest) == kSizes - 1);
  CHECK(bits_below(kSizes - 1) == kMostBitsBelow);
}

TEST_CASE("size code: numbers of every spread round-trip") {
  std::mt19937_64 random(1);
  for (int round = 0; round < 300; ++round) {
    Numbers numbers(random() % 700);
    const std::uint64_t spread = 1 + random() % 58;
    for (auto& number : numbers) number = random() >> (6 + random() % spread);
    REQUIRE(round_trips(numbers));
  }
}

TEST_CASE("size code: larger numbers are told, not written") {
  SizeCounts counts;
  CHECK(count_sizes(Numbers{0, kLargest}, counts));
  CHECK_FALSE(count_sizes(Numbers{0, kLargest + 1}, counts));
  CHECK_FALSE(count_sizes(Numbers{~0ull}, counts));
}

TEST_CASE("size code: what it takes at best counts the bits and the sizes' spread") {
  SizeCounts counts;
  REQUIRE(count_sizes(Numbers(800, 5), counts));  // one size, a bit below
  CHECK(size_code_bits(counts) == 800);
  REQUIRE(count_sizes(Numbers{}, counts));
  CHECK(size_code_bits(counts) == 0);
  Numbers numbers(400, 0);
  numbers.insert(numbers.end(), 400, 1);  // two sizes, none with bits
  REQUIRE(count_sizes(numbers, counts));
  CHECK(size_code_bits(counts) == 800);
}

TEST_CASE("size code: bits cut or too many, and sizes that there are not, are refused") {
  Numbers numbers;
  for (std::uint64_t i = 0; i < 150; ++i) numbers.push_back(i * i * i);
  const Coded coded = encode(numbers);
  REQUIRE(reads(coded.sizes, coded.bits, numbers));
  for (std::size_t cut = 0; cut < coded.bits.size(); ++cut)
    CHECK_FALSE(reads(coded.sizes, std::string_view(coded.bits).substr(0, cut), numbers));
  CHECK_FALSE(reads(coded.sizes, coded.bits + '\0', numbers));
  for (const std::size_t place : {0u, 70u, 149u}) {
    std::string bad = coded.sizes;
    for (const unsigned size : {kSizes, 127u, 128u, 255u}) {
      bad[place] = char(size);
      CHECK_FALSE(reads(bad, coded.bits, numbers));
    }
  }
}

TEST_CASE("size code: a byte that is no size is refused wherever it stands") {
  // Zeros: but for the refusal they would be read as what they were.
  const Numbers numbers(37, 0);
  const Coded coded = encode(numbers);
  REQUIRE(reads(coded.sizes, coded.bits, numbers));
  for (std::size_t place = 0; place < numbers.size(); ++place) {
    std::string bad = coded.sizes;
    for (const unsigned size : {kSizes, 127u, 128u, 255u}) {
      bad[place] = char(size);
      CHECK_FALSE(reads(bad, coded.bits, numbers));
    }
  }
}

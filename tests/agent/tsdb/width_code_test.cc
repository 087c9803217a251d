#include "agent/tsdb/width_code.h"

#include <catch2/catch.hpp>
#include <random>

using namespace lapwing::tsdb;

namespace {

bool reads(std::string_view bytes, const std::vector<std::uint64_t>& numbers) {
  WidthReader reader;
  if (!reader.begin(bytes)) return false;
  for (std::size_t at = 0; at < numbers.size(); at += kBlockNumbers) {
    const std::size_t count = std::min(kBlockNumbers, numbers.size() - at);
    Block block{};
    if (!reader.next(count, block)) return false;
    for (std::size_t i = 0; i < count; ++i)
      if (block[i] != numbers[at + i]) return false;
  }
  return reader.at_end();
}

std::string encode(const std::vector<std::uint64_t>& numbers) {
  std::string bytes;
  encode_widths(numbers, bytes);
  return bytes;
}

}  // namespace

TEST_CASE("width code: numbers of every width and spread round-trip") {
  std::mt19937_64 random(1);
  for (int round = 0; round < 200; ++round) {
    std::vector<std::uint64_t> numbers(1 + random() % 700);
    const std::uint64_t spread = 1 + random() % 64;
    for (auto& number : numbers) number = random() >> (63 - random() % spread) >> (random() % 2);
    REQUIRE(reads(encode(numbers), numbers));
  }
  CHECK(reads(encode({0}), {0}));
  CHECK(reads(encode({~0ull, 0, 1, ~0ull}), {~0ull, 0, 1, ~0ull}));
}

TEST_CASE("width code: widths of very different frequency keep to the longest code") {
  std::vector<std::uint64_t> numbers;
  for (unsigned width = 0; width < 24; ++width)
    numbers.insert(numbers.end(), std::size_t(1) << (width / 2), (1ull << width) - 1);
  CHECK(reads(encode(numbers), numbers));
}

TEST_CASE("width code: what it takes is about what was told") {
  std::mt19937_64 random(2);
  std::vector<std::uint64_t> numbers(1000);
  for (auto& number : numbers) number = random() >> (44 + random() % 10);
  const std::size_t told = width_code_bytes(numbers), taken = encode(numbers).size();
  CHECK(told <= taken + 16);
  CHECK(taken <= told + 16);
}

TEST_CASE("width code: cut anywhere, or asked for more, it is refused") {
  std::vector<std::uint64_t> numbers;
  for (std::uint64_t i = 0; i < 150; ++i) numbers.push_back(i * i * i);
  const std::string bytes = encode(numbers);
  REQUIRE(reads(bytes, numbers));
  for (std::size_t cut = 0; cut < bytes.size(); ++cut)
    CHECK_FALSE(reads(std::string_view(bytes).substr(0, cut), numbers));
  numbers.resize(300);
  CHECK_FALSE(reads(bytes, numbers));
}

TEST_CASE("width code: tables that overlap or reach past 64 bits are refused") {
  WidthReader reader;
  CHECK_FALSE(reader.begin(""));
  CHECK_FALSE(reader.begin(std::string_view("\x00\x03\x11\x01\x00", 5)));  // three codes of one bit
  CHECK_FALSE(reader.begin(std::string_view("\x40\x02\x11\x00", 4)));
  CHECK_FALSE(reader.begin(std::string_view("\x00\x01\x0f\x00", 4)));  // longer than any
  CHECK(reader.begin(std::string_view("\x00\x02\x11\x00", 4)));
}

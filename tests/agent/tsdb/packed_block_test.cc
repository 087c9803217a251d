#include "agent/tsdb/packed_block.h"

#include <catch2/catch.hpp>
#include <random>
#include <vector>

#include "agent/tsdb/bytes.h"

using namespace lapwing::tsdb;

namespace {

bool round_trips(const std::vector<std::uint64_t>& numbers) {
  std::string bytes;
  pack_block(numbers, bytes);
  ByteReader in(bytes);
  std::uint64_t block[kBlockNumbers];
  if (!unpack_block(in, numbers.size(), block) || !in.at_end()) return false;
  return std::equal(numbers.begin(), numbers.end(), block);
}

}  // namespace

TEST_CASE("packed block: every width round-trips, whole and short blocks") {
  std::mt19937_64 random(1);
  for (unsigned width = 0; width <= 64; ++width) {
    for (const std::size_t count : {1u, 2u, 63u, 127u, 128u}) {
      std::vector<std::uint64_t> numbers(count);
      for (auto& number : numbers) number = width == 0 ? 0 : random() >> (64 - width);
      REQUIRE(round_trips(numbers));
      // A few that are wider than the rest are patched.
      numbers[count / 2] = random();
      numbers[0] = ~0ull;
      REQUIRE(round_trips(numbers));
    }
  }
}

TEST_CASE("packed block: numbers of no size take a byte, small ones their width") {
  std::string bytes;
  pack_block(std::vector<std::uint64_t>(128, 0), bytes);
  CHECK(bytes.size() == 1);
  bytes.clear();
  pack_block(std::vector<std::uint64_t>(128, 7), bytes);
  CHECK(bytes.size() == 1 + 128 * 3 / 8);
}

TEST_CASE("packed block: cut anywhere it is refused") {
  std::vector<std::uint64_t> numbers(128, 5);
  numbers[3] = 1ull << 40;
  std::string bytes;
  pack_block(numbers, bytes);
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    const std::string part = bytes.substr(0, cut);
    ByteReader in(part);
    std::uint64_t block[kBlockNumbers];
    CHECK_FALSE(unpack_block(in, 128, block));
  }
}

TEST_CASE("packed block: widths over 64 and patches outside are refused") {
  std::uint64_t block[kBlockNumbers];
  for (const std::string& bytes :
       {std::string("\x41"), std::string("\xc0\x01", 2), std::string("\x80\x01\x05\x01", 4),
        std::string("\x80\x09", 2)}) {
    ByteReader in(bytes);
    CHECK_FALSE(unpack_block(in, 3, block));
  }
}

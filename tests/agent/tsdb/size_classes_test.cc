#include "agent/tsdb/size_classes.h"

#include <catch2/catch.hpp>
#include <random>

#include "agent/tsdb/size_code.h"

using namespace lapwing::tsdb;

namespace {

/// SizedColumns of 900 numbers each, as sizes.
struct SizedColumns {
  std::vector<DenseBody> bodies;
  std::vector<const DenseBody*> pointers;

  template <typename Number>
  SizedColumns(std::size_t count, Number number) : bodies(count) {
    for (std::size_t column = 0; column < count; ++column) {
      std::vector<std::uint64_t> numbers(900);
      for (auto& one : numbers) one = number(column);
      encode_sizes(numbers, bodies[column].sizes, bodies[column].bits);
      pointers.push_back(&bodies[column]);
    }
  }
};

}  // namespace

TEST_CASE("size classes: columns of one shape stand together, few numbers in one class") {
  std::mt19937_64 random(2);
  // Spread evenly over so many octaves.
  const SizedColumns columns(24, [&](std::size_t column) {
    return (random() | 1ull << 63) >> (20 + random() % (column % 3 == 0   ? 1
                                                        : column % 3 == 1 ? 8
                                                                          : 20));
  });
  const auto classes = classify_sizes(columns.pointers);
  REQUIRE(classes.size() == 24);
  for (std::size_t i = 0; i < classes.size(); ++i)
    for (std::size_t other = 0; other < i; ++other)
      if (i % 3 != other % 3) CHECK(classes[i].number != classes[other].number);
  const auto one = classify_sizes({columns.pointers[0]});
  REQUIRE(one.size() == 1);
  CHECK(one[0].number == 0);
  CHECK(classify_sizes({}).empty());
}

TEST_CASE("size classes: shifts bring columns of unlike magnitude together") {
  std::mt19937_64 random(3);
  const SizedColumns columns(
      2, [&](std::size_t column) { return random() >> (column == 0 ? 40 : 20); });
  const auto classes = classify_sizes(columns.pointers);
  // Twenty octaves apart, of two sizes each.
  CHECK(std::uint8_t(classes[1].shift - classes[0].shift) == 40);
}

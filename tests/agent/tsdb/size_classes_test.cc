#include "agent/tsdb/size_classes.h"

#include <catch2/catch.hpp>
#include <random>

#include "agent/tsdb/size_code.h"

using namespace lapwing::tsdb;

TEST_CASE("size classes: columns alike stand together, few numbers in one class") {
  std::mt19937_64 random(2);
  std::vector<DenseBody> columns(24);
  std::vector<const DenseBody*> pointers;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    std::vector<std::uint64_t> numbers(900);
    for (auto& number : numbers) number = random() >> (i % 3 == 0 ? 60 : i % 3 == 1 ? 50 : 34);
    encode_sizes(numbers, columns[i].sizes, columns[i].bits);
    pointers.push_back(&columns[i]);
  }
  const auto classes = classify_sizes(pointers);
  REQUIRE(classes.size() == columns.size());
  for (std::size_t i = 0; i < classes.size(); ++i)
    for (std::size_t other = 0; other < i; ++other)
      if (i % 3 != other % 3) CHECK(classes[i] != classes[other]);
  pointers.resize(1);
  CHECK(classify_sizes(pointers) == std::vector<std::uint8_t>{0});
  CHECK(classify_sizes({}).empty());
}

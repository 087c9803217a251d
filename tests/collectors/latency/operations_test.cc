#include "collectors/latency/operations.h"

#include <catch2/catch.hpp>

using namespace lapwing::collectors::latency;

TEST_CASE("operations: one number for one method and route") {
  Operations operations;
  const auto get = operations.find_or_add("GET", "/a");
  CHECK(get != 0);
  CHECK(operations.find_or_add("GET", "/a") == get);
  CHECK(operations.find_or_add("GET", "/b") != get);
  CHECK(operations.find_or_add("POST", "/a") != get);
  CHECK(operations[get].method == "GET");
  CHECK(operations[get].route == "/a");
}

TEST_CASE("operations: past the limit they are counted together") {
  Operations operations;
  for (std::size_t i = 0; i < Operations::kLimit; ++i)
    CHECK(operations.find_or_add("GET", "/" + std::to_string(i)) != 0);
  CHECK(operations.find_or_add("GET", "/one-more") == 0);
  CHECK(operations.find_or_add("GET", "/0") != 0);
  CHECK(operations[0].method == "other");
  CHECK(operations.all().size() == Operations::kLimit + 1);
}

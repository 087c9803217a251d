#include "agent/base/queue.h"

#include <catch2/catch.hpp>

using namespace lapwing;

TEST_CASE("queue: hands on in order and is empty after") {
  BoundedQueue<int> queue(4);
  for (int i = 0; i < 3; ++i) CHECK(queue.push(i));
  CHECK(queue.drain() == std::vector<int>{0, 1, 2});
  CHECK(queue.size() == 0);
}

TEST_CASE("queue: refuses and counts past its limit, and takes again after a drain") {
  BoundedQueue<int> queue(2);
  CHECK(queue.push(1));
  CHECK(queue.push(2));
  CHECK_FALSE(queue.push(3));
  CHECK(queue.dropped() == 1);
  CHECK(queue.drain() == std::vector<int>{1, 2});
  CHECK(queue.push(4));
}

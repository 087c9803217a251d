#include "agent/model/sample.h"

#include <catch2/catch.hpp>
#include <cmath>

using namespace lapwing;

TEST_CASE("sample: only the stale marker's bits are stale") {
  CHECK(is_stale(kStaleMarker));
  CHECK(std::isnan(kStaleMarker));
  CHECK_FALSE(is_stale(std::nan("")));
  CHECK_FALSE(is_stale(std::nan("2")));
  CHECK_FALSE(is_stale(0));
}

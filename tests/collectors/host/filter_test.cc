#include "collectors/host/filter.h"

#include <catch2/catch.hpp>

#include "tests/collectors/support.h"

using namespace lapwing;
using collectors::host::Filter;

namespace {

bool matches(const collectors::CollectorSettings& settings, std::string_view text) {
  testing::HostBed bed;
  return Filter({bed.context, settings, bed.registry}, "devices").matches(text);
}

}  // namespace

TEST_CASE("filter: finds its text anywhere; anchors are the writer's") {
  CHECK(matches({{"devices", "eth"}}, "veth0"));
  CHECK_FALSE(matches({{"devices", "^eth"}}, "veth0"));
  CHECK(matches({{"devices", "^(lo|eth.*)$"}}, "eth0"));
  CHECK_FALSE(matches({{"devices", "^(lo|eth.*)$"}}, "loop"));
}

TEST_CASE("filter: an empty, a missing and a malformed setting match nothing") {
  CHECK_FALSE(matches({{"devices", ""}}, "lo"));
  CHECK_FALSE(matches({{"devices", ""}}, ""));
  CHECK_FALSE(matches({{"other", ".*"}}, "lo"));
  CHECK_FALSE(matches({{"devices", "("}}, "("));
}

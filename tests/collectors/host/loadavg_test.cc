#include "collectors/host/loadavg.h"

#include <catch2/catch.hpp>

#include "tests/collectors/support.h"

using namespace lapwing;
using namespace lapwing::collectors::host;
using lapwing::testing::BareHost;
using lapwing::testing::Samples;

TEST_CASE("loadavg: the first three fields are the averages") {
  const auto load = parse_load_averages("0.52 0.31 0.08 2/345 9876\n");
  REQUIRE(load.ok());
  CHECK(load->one_minute == 0.52);
  CHECK(load->five_minutes == 0.31);
  CHECK(load->fifteen_minutes == 0.08);
}

TEST_CASE("loadavg: two fields is Invalid") {
  for (const char* text : {"0.52 0.31", "0.52 0.31 ", "0.52 0.31\n"}) {
    INFO(text);
    CHECK_FALSE(parse_load_averages(text).ok());
  }
}

TEST_CASE("loadavg: empty and malformed content is Invalid") {
  for (const char* text : {"", "\n", "a b c", "0.52 0,31 0.08\n"}) {
    INFO(text);
    CHECK_FALSE(parse_load_averages(text).ok());
  }
}

TEST_CASE("loadavg: a malformed file fails and is named, and is read anew each time") {
  BareHost host;
  const auto loadavg = host.bed.make("loadavg");
  host.proc("loadavg", "1 2\n");
  CHECK(host.bed.run(*loadavg).empty());
  REQUIRE(host.bed.failed(ErrorKind::Invalid));
  CHECK(host.bed.last.error().message.find("proc/loadavg") != std::string::npos);
  host.proc("loadavg", "1 2 3\n");
  CHECK(host.bed.run(*loadavg) ==
        Samples{{"node_load1", 1}, {"node_load5", 2}, {"node_load15", 3}});
}

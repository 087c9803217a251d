#include "collectors/host/softirqs.h"

#include <catch2/catch.hpp>

#include "tests/collectors/support.h"

using namespace lapwing;
using collectors::host::parse_softirqs;
using lapwing::testing::BareHost;
using lapwing::testing::Samples;

TEST_CASE("softirqs: a count a CPU") {
  BareHost host;
  host.proc("softirqs", "      CPU0  CPU1\n  HI:  3  0\n");
  CHECK(host.bed.run("softirqs") ==
        Samples{{R"(node_softirqs_functions_total{cpu="0",type="HI"})", 3},
                {R"(node_softirqs_functions_total{cpu="1",type="HI"})", 0}});
}

TEST_CASE("softirqs: empty, malformed and truncated files are Invalid") {
  for (const char* text : {"", "HI\n", "CPU0\nHI\n", "CPU0 CPU1\nHI: 3\n", "CPU0\nHI: x\n"})
    CHECK_FALSE(parse_softirqs(text).ok());
}

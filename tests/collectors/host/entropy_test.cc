#include "collectors/host/entropy.h"

#include <catch2/catch.hpp>

#include "tests/collectors/support.h"

using namespace lapwing;
using lapwing::testing::BareHost;
using lapwing::testing::Samples;

TEST_CASE("entropy: what there is, and how much there can be") {
  BareHost host;
  host.proc("sys/kernel/random/entropy_avail", "200\n");
  host.proc("sys/kernel/random/poolsize", "256\n");
  CHECK(host.bed.run("entropy") ==
        Samples{{"node_entropy_available_bits", 200}, {"node_entropy_pool_size_bits", 256}});
  CHECK(host.bed.last.ok());
}

TEST_CASE("entropy: without its files there is no data") {
  BareHost host;
  host.bed.run("entropy");
  CHECK(host.bed.failed(ErrorKind::NoData));
  host.proc("sys/kernel/random/entropy_avail", "200\n");
  host.bed.run("entropy");
  CHECK(host.bed.failed(ErrorKind::NoData));
}

TEST_CASE("entropy: malformed and empty files are Invalid") {
  BareHost host;
  host.proc("sys/kernel/random/entropy_avail", "200\n");
  for (const char* text : {"", "much\n", "2 3\n"}) {
    host.proc("sys/kernel/random/poolsize", text);
    host.bed.run("entropy");
    REQUIRE(host.bed.failed(ErrorKind::Invalid));
    CHECK(host.bed.last.error().message.find("random/poolsize") != std::string::npos);
  }
}

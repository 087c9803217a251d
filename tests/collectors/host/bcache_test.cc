#include <catch2/catch.hpp>

#include "tests/collectors/support.h"

using namespace lapwing;
using namespace lapwing::testing;

TEST_CASE("bcache: what a cache set does not tell is left out") {
  BareHost host;
  host.sys("fs/bcache/register", "");
  host.sys("fs/bcache/u1/btree_cache_size", "1.5k\n");
  host.sys("fs/bcache/u1/congested", "what\n");
  CHECK(host.bed.run("bcache") ==
        Samples{{R"(node_bcache_btree_cache_size_bytes{uuid="u1"})", 1536}});
}

TEST_CASE("bcache: the writeback's control is read by its lines' names, in any order") {
  BareHost host;
  host.sys("fs/bcache/u1/bdev0/writeback_rate_debug",
           "change: -321.5k/sec\nnonsense\nrate: 1.1M/sec\nnext io: 17ms\ntarget: x\n");
  CHECK(host.bed.run("bcache") ==
        Samples{{R"(node_bcache_writeback_change{backing_device="bdev0",uuid="u1"})", -329216},
                {R"(node_bcache_writeback_rate{backing_device="bdev0",uuid="u1"})", 1153433}});
}

TEST_CASE("bcache: the btree's read time has its unit in the file's name") {
  for (const auto& [unit, text] : {std::pair{"us", "250\n"}, {"ns", "250000\n"}}) {
    BareHost host;
    host.sys(std::string("fs/bcache/u1/internal/btree_read_average_duration_") + unit, text);
    const Samples found = host.bed.run("bcache");
    REQUIRE(found.size() == 1);
    CHECK(found.begin()->second == Approx(0.00025));
  }
}

TEST_CASE("bcache: a module without a cache set has no data") {
  BareHost host;
  host.sys("fs/bcache/register", "");
  host.bed.run("bcache");
  CHECK(host.bed.failed(ErrorKind::NoData));
}

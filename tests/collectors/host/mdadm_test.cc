#include "collectors/host/mdadm.h"

#include <catch2/catch.hpp>

#include "tests/collectors/support.h"

using namespace lapwing;
using lapwing::testing::BareHost;
using lapwing::testing::Samples;
using namespace lapwing::collectors::host;

TEST_CASE("mdadm: an array that rebuilds, with failed and spare disks") {
  const auto arrays = parse_mdstat(
      "Personalities : [raid6]\n"
      "md1 : active raid6 sdd1[3] sdc1[2](F) sdb2[1] sda2[0] sde1[4](S)\n"
      "      195310144 blocks level 6, 64k chunk, algorithm 2 [4/3] [UU_U]\n"
      "      [=>...]  recovery =  8.5% (16775552/195310144) finish=17.0min\n"
      "\nunused devices: <none>\n");
  REQUIRE(arrays.ok());
  REQUIRE(arrays->size() == 1);
  const RaidArray& array = arrays->front();
  CHECK(array.name == "md1");
  CHECK(array.activity == RaidActivity::Recovering);
  CHECK(array.disks_active == 3);
  CHECK(array.disks_required == 4);
  CHECK(array.disks_failed == 1);
  CHECK(array.disks_spare == 1);
  CHECK(array.blocks == 195310144);
  CHECK(array.blocks_synced == 16775552);
}

TEST_CASE("mdadm: a resync that waits has synced nothing; an inactive array needs no disks") {
  const auto arrays = parse_mdstat(
      "md4 : active raid1 sdh1[1]\n 10 blocks [2/1] [_U]\n \tresync=PENDING\n\n"
      "md3 : inactive sdg1[0](S)\n 1024 blocks super 1.2\n");
  REQUIRE(arrays.ok());
  CHECK(arrays->at(0).activity == RaidActivity::Resync);
  CHECK(arrays->at(0).blocks_synced == 0);
  CHECK(arrays->at(1).activity == RaidActivity::Inactive);
  CHECK(arrays->at(1).disks_required == 0);
  CHECK(arrays->at(1).disks_spare == 1);
}

TEST_CASE("mdadm: empty, malformed and truncated files are Invalid") {
  for (const char* text : {"", "md0\n", "md0 : active raid1 sda[0]\n", "  10 blocks\n",
                           "md0 : active raid1 sda[0]\n  many blocks\n",
                           "md0 : active raid1 sda[0]\nmd1 : active raid1 sdb[0]\n"}) {
    INFO(text);
    CHECK_FALSE(parse_mdstat(text).ok());
  }
  CHECK(parse_mdstat("Personalities : \nunused devices: <none>\n")->empty());
}

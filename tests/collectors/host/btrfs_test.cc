#include <catch2/catch.hpp>

#include "tests/collectors/support.h"

using namespace lapwing;
using lapwing::testing::BareHost;
using lapwing::testing::Samples;

TEST_CASE("btrfs: parity costs by the number of devices; folders without groups are passed over") {
  BareHost host;
  const std::string place = "fs/btrfs/u/";
  for (const char* device : {"a", "b", "c"}) host.sys(place + "devices/" + device + "/size", "2\n");
  host.sys(place + "allocation/data/raid5/total_bytes", "100\n");
  host.sys(place + "allocation/data/raid5/used_bytes", "40\n");
  host.sys(place + "commit_stats", "commits 5\nlast_commit_ms 1500\n");
  host.sys("fs/btrfs/features/raid1c34", "0\n");
  const Samples found = host.bed.run("btrfs");
  CHECK(found.at(R"(node_btrfs_allocation_ratio{block_group_type="data",mode="raid5",uuid="u"})") ==
        1.5);
  CHECK(found.at(R"(node_btrfs_used_bytes{block_group_type="data",mode="raid5",uuid="u"})") == 40);
  CHECK(found.at(R"(node_btrfs_device_size_bytes{device="b",uuid="u"})") == 1024);
  CHECK(found.at(R"(node_btrfs_last_commit_seconds{uuid="u"})") == 1.5);
  for (const auto& [series, value] : found) CHECK(series.find("features") == std::string::npos);
}

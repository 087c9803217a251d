#include "collectors/host/zfs.h"

#include <catch2/catch.hpp>

#include "tests/collectors/support.h"

using namespace lapwing;
using namespace lapwing::collectors::host;
using namespace lapwing::testing;

TEST_CASE("zfs: numbers and strings are taken, other types are not") {
  std::vector<KernelStatistic> rows;
  REQUIRE(parse_kernel_statistics("13 1 0x01 96 26112 1 2\n"
                                  "name                            type data\n"
                                  "hits                            4    8772612\n"
                                  "memory_available_bytes          3    -43\n"
                                  "dataset_name                    7    pool1/a b\n"
                                  "old                             1    5\n",
                                  rows)
              .ok());
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].name == "hits");
  CHECK(rows[0].number == 8772612);
  CHECK(rows[1].number == -43);
  CHECK(rows[2].text == "pool1/a b");
}

TEST_CASE("zfs: without titles, truncated or with words for numbers a file is Invalid") {
  for (const char* text : {"", "13 1 0x01\n", "13 1 0x01\nhits 4 1\n", "name type data\nhits\n",
                           "name type data\nhits 4\n", "name type data\nhits 4 x\n",
                           "name type data\nhits 4 -1\n", "name type data\nhits x 1\n"}) {
    INFO(text);
    CHECK_FALSE(parses(parse_kernel_statistics, text));
  }
}

TEST_CASE("zfs: a pool's I/O has its names on one line and the numbers on the next") {
  std::vector<KernelStatistic> rows;
  REQUIRE(parse_pool_io("12 3 0x00 1 80 1 2\nnread    nwritten\n1884160  3206144\n", rows).ok());
  REQUIRE(rows.size() == 2);
  CHECK(rows[1].name == "nwritten");
  CHECK(rows[1].number == 3206144);
  for (const char* text : {"", "a\n", "a\nnread\n", "a\nnread nwritten\n1\n", "a\nnread\nx\n"}) {
    INFO(text);
    CHECK_FALSE(parses(parse_pool_io, text));
  }
}

TEST_CASE("zfs: the pool's state is one of all, data sets carry their name") {
  BareHost host;
  host.proc("spl/kstat/zfs/tank/state", "DEGRADED\n");
  host.proc("spl/kstat/zfs/tank/objset-0x36",
            "23 1\nname type data\ndataset_name 7 tank/home\nwrites 4 12\n");
  host.proc("spl/kstat/zfs/tank/txgs", "not looked at");
  const Samples found = host.bed.run("zfs");
  CHECK(found.at(R"(node_zfs_zpool_state{state="degraded",zpool="tank"})") == 1);
  CHECK(found.at(R"(node_zfs_zpool_state{state="online",zpool="tank"})") == 0);
  CHECK(found.at(R"(node_zfs_zpool_dataset_writes{dataset="tank/home",zpool="tank"})") == 12);
  CHECK(found.size() == 8);
}

TEST_CASE("zfs: a file that is not understood fails the collection and is named") {
  BareHost host;
  host.proc("spl/kstat/zfs/arcstats", "name type data\nhits 4 x\n");
  host.bed.run("zfs");
  REQUIRE(host.bed.failed(ErrorKind::Invalid));
  CHECK(host.bed.last.error().message.find("arcstats") != std::string::npos);
}

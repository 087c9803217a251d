#include "collectors/services/cgroup_files.h"

#include <catch2/catch.hpp>

using namespace lapwing::collectors::services;

TEST_CASE("cgroup_files: a number by its key, the whole key alone") {
  constexpr std::string_view kStat =
      "usage_usec 30\nuser_usec 20\nsystem_usec 10\nnr_throttled 0\n";
  CHECK(keyed_number(kStat, "user_usec") == 20u);
  CHECK(keyed_number(kStat, "nr_throttled") == 0u);
  CHECK_FALSE(keyed_number(kStat, "user"));
  CHECK_FALSE(keyed_number("", "user_usec"));
  CHECK_FALSE(keyed_number("user_usec x\n", "user_usec"));
  CHECK_FALSE(keyed_number("user_usec", "user_usec"));
}

TEST_CASE("cgroup_files: a single number, and no limit") {
  CHECK(single_number("4096\n") == 4096u);
  CHECK_FALSE(single_number("max\n"));
  CHECK_FALSE(single_number(""));
}

TEST_CASE("cgroup_files: disks are summed, in v2's form and in v1's") {
  const DiskUse use = parse_io_stat(
      "8:0 rbytes=1 wbytes=20 rios=3 wios=4 dbytes=9 dios=9\n"
      "253:1 rbytes=100 wbytes=200 rios=300 wios=400\n8:16\n8:32 rbytes=x\n");
  CHECK(use.read_bytes == 101);
  CHECK(use.written_bytes == 220);
  CHECK(use.read_operations == 303);
  CHECK(use.write_operations == 404);
  CHECK(parse_io_stat("").read_bytes == 0);
  const ReadsAndWrites sum =
      parse_blkio("8:0 Read 1\n8:0 Write 2\n8:0 Sync 3\n8:0 Total 3\n8:16 Read 10\nTotal 13\n");
  CHECK(sum.reads == 11);
  CHECK(sum.writes == 2);
  CHECK(parse_blkio("8:0 Read\n").reads == 0);
}

TEST_CASE("cgroup_files: pressure; a CPU has no full line on old kernels") {
  const auto both = parse_group_pressure(
      "some avg10=0.00 avg60=0.00 avg300=0.00 total=12\nfull avg10=0.00 avg60=0.00 avg300=0.00 "
      "total=7\n");
  REQUIRE(both);
  CHECK(both->some_micros == 12);
  CHECK(both->full_micros == 7);
  CHECK(parse_group_pressure("some avg10=0.00 total=5\n")->full_micros == 0);
  CHECK_FALSE(parse_group_pressure(""));
  CHECK_FALSE(parse_group_pressure("full total=7\n"));
}

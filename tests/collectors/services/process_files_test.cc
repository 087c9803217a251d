#include "collectors/services/process_files.h"

#include <catch2/catch.hpp>

using namespace lapwing::collectors::services;

namespace {
constexpr std::string_view kStat =
    "24428 (a) R (b) S 24409 24409 10377 0 -1 4194304 99 88 7 6 50 40 30 20 20 0 3 0 87475 "
    "3133440 379 18446744073709551615 1 1 0 0 0 0 0 0 0 0 0 0 17 0 0 0 12 0 0 0 0 0 0 0 0 0 0\n";
}

TEST_CASE("process_files: stat, with blanks and brackets in the name") {
  const auto stat = parse_stat(kStat);
  REQUIRE(stat.ok());
  CHECK(stat->comm == "a) R (b");
  CHECK(stat->state == 'S');
  CHECK(stat->parent == 24409);
  CHECK_FALSE(stat->kernel_thread);
  CHECK(stat->minor_faults == 99);
  CHECK(stat->children_minor_faults == 88);
  CHECK(stat->major_faults == 7);
  CHECK(stat->children_major_faults == 6);
  CHECK(stat->user_ticks == 50);
  CHECK(stat->system_ticks == 40);
  CHECK(stat->children_user_ticks == 30);
  CHECK(stat->children_system_ticks == 20);
  CHECK(stat->threads == 3);
  CHECK(stat->start_ticks == 87475);
  CHECK(stat->resident_pages == 379);
  CHECK(stat->io_delay_ticks == 12);
}

TEST_CASE("process_files: kernel threads are known by their flag") {
  const auto stat = parse_stat("2 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0 0 0 1 0 0 20 0 1 0 1 0 0");
  REQUIRE(stat.ok());
  CHECK(stat->kernel_thread);
  CHECK(stat->io_delay_ticks == 0);
}

TEST_CASE("process_files: a stat that is cut short or none is Invalid") {
  for (const std::string_view content :
       {std::string_view(), std::string_view("1 (a"), std::string_view("1 a) S 1"),
        kStat.substr(0, 60), std::string_view("1 (a) S x x x x x x x x x x x x x x x x x x x x x")})
    CHECK_FALSE(parse_stat(content).ok());
}

TEST_CASE("process_files: io") {
  const auto io = parse_io(
      "rchar: 7291\nwchar: 315\nsyscr: 14\nsyscw: 2\nread_bytes: 4096\nwrite_bytes: 8192\n"
      "cancelled_write_bytes: 0\n");
  REQUIRE(io.ok());
  CHECK(io->read_operations == 14);
  CHECK(io->write_operations == 2);
  CHECK(io->read_bytes == 4096);
  CHECK(io->written_bytes == 8192);
  for (const char* content :
       {"", "syscr: 1\n", "syscr: x\nsyscw: 1\nread_bytes: 1\nwrite_bytes: 1\n"})
    CHECK_FALSE(parse_io(content).ok());
}

TEST_CASE("process_files: run delay, proportional memory and the limit of descriptors") {
  CHECK(*parse_schedstat("858156 55012 7\n") == RunTimes{858156, 55012, 7});
  for (const char* content : {"", "858156", "1 2", "1 x 3"})
    CHECK_FALSE(parse_schedstat(content).ok());
  CHECK(*parse_proportional_bytes("00 [rollup]\nRss: 20 kB\nPss:                  12 kB\n") ==
        12288);
  CHECK_FALSE(parse_proportional_bytes("Rss: 20 kB\n").ok());
  CHECK_FALSE(parse_proportional_bytes("Pss: x kB\n").ok());
  CHECK(*parse_descriptor_limit("Limit  Soft\nMax open files            1024   524288  files\n") ==
        1024);
  CHECK(*parse_descriptor_limit("Max open files            unlimited unlimited files\n") ==
        UINT64_MAX);
  CHECK_FALSE(parse_descriptor_limit("Max processes 1 1\n").ok());
}

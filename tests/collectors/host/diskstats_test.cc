#include "collectors/host/diskstats.h"

#include <catch2/catch.hpp>

#include "tests/collectors/support.h"

using namespace lapwing;
using namespace lapwing::collectors::host;
using namespace lapwing::testing;

namespace {

constexpr const char* kDisk = "8 0 sda 1 2 3 4 5 6 7 8 9 10 11\n";

std::string info_of(const Samples& found) {
  for (const auto& [series, value] : found)
    if (series.rfind("node_disk_info", 0) == 0) return series;
  return "none";
}

}  // namespace

TEST_CASE("diskstats: 11 to 17 counters are taken in the file's order, more are skipped") {
  std::vector<DiskStatistics> disks;
  REQUIRE(parse_disk_statistics(" 8   0 sda 1 2 3 4 5 6 7 8 9 10 11\n", disks).ok());
  REQUIRE(disks.size() == 1);
  CHECK(disks[0].major == "8");
  CHECK(disks[0].minor == "0");
  CHECK(disks[0].device == "sda");
  CHECK(disks[0].counter_count == 11);
  CHECK(disks[0].counters[0] == 1);
  CHECK(disks[0].counters[10] == 11);
  REQUIRE(parse_disk_statistics("8 0 a 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15\n", disks).ok());
  CHECK(disks.at(0).counter_count == 15);
  REQUIRE(
      parse_disk_statistics("8 0 a 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19\n", disks).ok());
  CHECK(disks.at(0).counter_count == kDiskCounterCount);
  CHECK(disks.at(0).counters[16] == 17);
}

TEST_CASE("diskstats: a host without disks has an empty file") {
  CHECK(parses(parse_disk_statistics, ""));
}

TEST_CASE("diskstats: malformed and truncated lines are Invalid") {
  for (const char* text :
       {"8 0 sda 1 2 3 4 5 6 7 8 9 10\n", "8 0\n", "8\n", "\n", "8 0 sda a b c d e f g h i j k\n",
        "8 0 sda 1 2 3 4 5 6 7 8 9 10 -11\n", "8 0 sda 1 2 3 4 5 6 7 8 9 10 11\n8 1 sda1 1 2 3"}) {
    INFO(text);
    CHECK_FALSE(parses(parse_disk_statistics, text));
  }
}

TEST_CASE("diskstats: sectors become bytes and milliseconds seconds, as far as the kernel counts") {
  BareHost host;
  host.proc("diskstats", "8 0 sda 10 20 30 4000 50 60 70 8000 9 1000 1100\n");
  const Samples found = host.bed.run("diskstats");
  const auto of = [&](const std::string& name) { return found.at(name + R"({device="sda"})"); };
  CHECK(of("node_disk_reads_completed_total") == 10);
  CHECK(of("node_disk_reads_merged_total") == 20);
  CHECK(of("node_disk_read_bytes_total") == 30 * 512);
  CHECK(of("node_disk_read_time_seconds_total") == 4);
  CHECK(of("node_disk_writes_completed_total") == 50);
  CHECK(of("node_disk_writes_merged_total") == 60);
  CHECK(of("node_disk_written_bytes_total") == 70 * 512);
  CHECK(of("node_disk_write_time_seconds_total") == 8);
  CHECK(of("node_disk_io_now") == 9);
  CHECK(of("node_disk_io_time_seconds_total") == 1);
  CHECK(of("node_disk_io_time_weighted_seconds_total") == 1.1);
  CHECK(found.size() == 12);  // with node_disk_info: no discards, no flushes
}

TEST_CASE("diskstats: the setting chooses devices, partitions are left out by default") {
  HostBed bed;
  const auto count = [&](const Samples& found, const char* device) {
    return found.count(std::string("node_disk_io_now{device=\"") + device + "\"}");
  };
  const Samples usual = bed.run("diskstats");
  CHECK(count(usual, "sda") == 1);
  CHECK(count(usual, "sda1") == 0);
  CHECK(count(usual, "loop0") == 0);
  const Samples all = bed.run(*bed.make("diskstats", {{"device_exclude", ""}}));
  CHECK(count(all, "sda1") == 1);
  CHECK(count(all, "loop0") == 1);
}

TEST_CASE("diskstats: what a disk is comes from sysfs and udev; SCSI's serial number goes first") {
  BareHost host;
  host.proc("diskstats", kDisk);
  CHECK(info_of(host.bed.run("diskstats")) ==
        R"(node_disk_info{device="sda",major="8",minor="0",path="",wwn="",model="",serial="",)"
        R"(revision="",rotational=""})");
  host.sys("block/sda/queue/rotational", "0\n");
  host.root("run/udev/data/b8:0",
            "E:ID_PATH=p\nE:ID_WWN=w\nE:ID_MODEL=m\nE:ID_REVISION=r\n"
            "E:ID_SERIAL_SHORT=short\n");
  CHECK(info_of(host.bed.run("diskstats")) ==
        R"(node_disk_info{device="sda",major="8",minor="0",path="p",wwn="w",model="m",)"
        R"(serial="short",revision="r",rotational="0"})");
  host.root("run/udev/data/b8:0", "E:ID_SERIAL_SHORT=short\nE:SCSI_IDENT_SERIAL=scsi\n");
  CHECK(info_of(host.bed.run("diskstats")).find(R"(serial="scsi")") != std::string::npos);
}

TEST_CASE("diskstats: what a disk is, is looked up again in time, and when it comes back") {
  BareHost host;
  const auto disks = host.bed.make("diskstats");
  host.proc("diskstats", kDisk);
  const auto rotational = [&] { return info_of(host.bed.run(*disks)); };
  CHECK(rotational().find(R"(rotational="")") != std::string::npos);
  host.sys("block/sda/queue/rotational", "1\n");
  CHECK(rotational().find(R"(rotational="")") != std::string::npos);
  std::string newest;
  for (int collections = 0; collections < 60; ++collections) newest = rotational();
  CHECK(newest.find(R"(rotational="1")") != std::string::npos);
  host.proc("diskstats", "");
  CHECK(rotational() == "none");
  host.sys("block/sda/queue/rotational", "0\n");
  host.proc("diskstats", kDisk);
  CHECK(rotational().find(R"(rotational="0")") != std::string::npos);
}

#include <catch2/catch.hpp>

#include "tests/collectors/support.h"

using namespace lapwing;
using namespace lapwing::testing;

namespace {

double at(const Samples& found, const std::string& series) { return found.at(series); }

}  // namespace

TEST_CASE("bcachefs: counters count since the file system was made") {
  BareHost host;
  host.sys("fs/bcachefs/u1/counters/io_read",
           "since mount:  1.0M\nsince filesystem creation: 2.5M\n");
  host.sys("fs/bcachefs/u1/counters/broken", "since filesystem creation: x\n");
  host.sys("fs/bcachefs/u1/counters/empty", "");
  const Samples found = host.bed.run("bcachefs");
  CHECK(at(found, R"(node_bcachefs_io_read_total{uuid="u1"})") == 2621440);
  CHECK(at(found, R"(node_bcachefs_info{uuid="u1"})") == 1);
  CHECK(found.size() == 2);
}

TEST_CASE("bcachefs: tables lose their titles and the rows that are cut off") {
  BareHost host;
  host.sys("fs/bcachefs/u1/compression_stats",
           "type compressed uncompressed average\nlz4: 1.5k 3k 4k\nzstd: 1k\n");
  host.sys("fs/bcachefs/u1/btree_write_stats", " nr size\ninitial: 19088 108k\nx y z\n");
  host.sys("fs/bcachefs/u1/errors", "btree_node_read_err 5 1234\ncut\n");
  const Samples found = host.bed.run("bcachefs");
  CHECK(at(found, R"(node_bcachefs_compression_compressed_bytes{algorithm="lz4",uuid="u1"})") ==
        1536);
  CHECK(at(found, R"(node_bcachefs_compression_uncompressed_bytes{algorithm="lz4",uuid="u1"})") ==
        3072);
  CHECK(at(found, R"(node_bcachefs_btree_writes_total{type="initial",uuid="u1"})") == 19088);
  CHECK(at(found, R"(node_bcachefs_btree_write_average_size_bytes{type="initial",uuid="u1"})") ==
        110592);
  CHECK(at(found, R"(node_bcachefs_errors_total{error_type="btree_node_read_err",uuid="u1"})") ==
        5);
  CHECK(found.size() == 6);
}

TEST_CASE("bcachefs: a device's I/O by operation, its errors of all time alone") {
  BareHost host;
  host.sys("fs/bcachefs/u1/dev-0/label", "ssd.1\n");
  host.sys("fs/bcachefs/u1/dev-0/state", "rw\n");
  host.sys("fs/bcachefs/u1/dev-0/io_done",
           "stray : 1\nread:\nsb : 3989504\nwrite:\nsb : 31417344\nx\n");
  host.sys(
      "fs/bcachefs/u1/dev-0/io_errors",
      "IO errors since filesystem creation\n  read: 197346\nIO errors since 8 y ago\n  read: 1\n");
  const Samples found = host.bed.run("bcachefs");
  CHECK(at(found, R"(node_bcachefs_device_info{device="0",label="ssd.1",state="rw",uuid="u1"})") ==
        1);
  CHECK(
      at(found,
         R"(node_bcachefs_device_io_done_bytes_total{data_type="sb",device="0",operation="read",uuid="u1"})") ==
      3989504);
  CHECK(
      at(found,
         R"(node_bcachefs_device_io_done_bytes_total{data_type="sb",device="0",operation="write",uuid="u1"})") ==
      31417344);
  CHECK(at(found, R"(node_bcachefs_device_io_errors_total{device="0",type="read",uuid="u1"})") ==
        197346);
  CHECK(found.size() == 5);
}

#include "collectors/host/meminfo.h"

#include <catch2/catch.hpp>

#include "tests/collectors/support.h"

using namespace lapwing;
using namespace lapwing::collectors::host;
using namespace lapwing::testing;

TEST_CASE("meminfo: fields with and without unit") {
  std::vector<MemoryField> fields;
  REQUIRE(parse_memory_fields("Active(anon):  3 kB\nHugePages_Total:  4", fields).ok());
  REQUIRE(fields.size() == 2);
  CHECK(fields[0].key == "Active(anon)");
  CHECK(fields[0].value == 3);
  CHECK(fields[0].kibibytes);
  CHECK(fields[1].key == "HugePages_Total");
  CHECK(fields[1].value == 4);
  CHECK_FALSE(fields[1].kibibytes);
}

TEST_CASE("meminfo: each call replaces the fields of the one before") {
  std::vector<MemoryField> fields;
  REQUIRE(parse_memory_fields("A: 1 kB\nB: 2 kB\n", fields).ok());
  REQUIRE(parse_memory_fields("C: 3 kB\n", fields).ok());
  REQUIRE(fields.size() == 1);
  CHECK(fields[0].key == "C");
}

TEST_CASE("meminfo: empty, malformed and truncated content is Invalid") {
  for (const char* text :
       {"", "MemTotal\n", "MemTotal: x kB\n", "MemTotal: 3 MB\n", "A: 3 MB\nB: 4 kB\n",
        "MemTotal:", "MemTotal: \n", "MemTotal: 3 k", "MemTotal: -3 kB\n", "A: 1 kB\nMemT"}) {
    INFO(text);
    CHECK_FALSE(parses(parse_memory_fields, text));
  }
}

TEST_CASE("meminfo: names take parentheses off, kibibytes become bytes") {
  BareHost host;
  host.proc("meminfo", "Active(anon): 3 kB\nHugePages_Total: 4\nAnyNewField: 1 kB\n");
  CHECK(host.bed.run("meminfo") == Samples{{"node_memory_Active_anon_bytes", 3'072},
                                           {"node_memory_HugePages_Total", 4},
                                           {"node_memory_AnyNewField_bytes", 1'024}});
}

TEST_CASE("meminfo: malformed content fails and names the file") {
  BareHost host;
  host.proc("meminfo", "MemTotal: 1 kB\nMemFree\n");
  CHECK(host.bed.run("meminfo").empty());
  REQUIRE(host.bed.failed(ErrorKind::Invalid));
  CHECK(host.bed.last.error().message.find("proc/meminfo") != std::string::npos);
}

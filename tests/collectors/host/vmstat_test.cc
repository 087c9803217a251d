#include "collectors/host/vmstat.h"

#include <catch2/catch.hpp>

#include "tests/collectors/support.h"

using namespace lapwing;
using namespace lapwing::collectors::host;
using namespace lapwing::testing;

TEST_CASE("vmstat: a field a line; a last line without its break counts") {
  std::vector<VirtualMemoryField> fields;
  REQUIRE(parse_virtual_memory_fields("a 1\nb_c 18446744073709551615", fields).ok());
  REQUIRE(fields.size() == 2);
  CHECK(fields[0].key == "a");
  CHECK(fields[0].value == 1);
  CHECK(fields[1].key == "b_c");
  CHECK(fields[1].value == 18'446'744'073'709'551'615u);
}

TEST_CASE("vmstat: empty, malformed and truncated content is Invalid") {
  for (const char* text :
       {"", "\n", "a\n", "a 1 2\n", "a 1 b 2\n", "a x\n", "a -1\n", "a 1\nb", "a 1\nb "}) {
    INFO(text);
    CHECK_FALSE(parses(parse_virtual_memory_fields, text));
  }
}

TEST_CASE("vmstat: the setting chooses fields") {
  BareHost host;
  host.proc("vmstat", "nr_free_pages 9\npgpgin 1\npswpout 2\npgmajfault 3\noom_kill 4\n");
  CHECK(host.bed.run("vmstat") == Samples{{"node_vmstat_pgpgin", 1},
                                          {"node_vmstat_pswpout", 2},
                                          {"node_vmstat_pgmajfault", 3},
                                          {"node_vmstat_oom_kill", 4}});
  CHECK(host.bed.run(*host.bed.make("vmstat", {{"fields", "^nr_"}})) ==
        Samples{{"node_vmstat_nr_free_pages", 9}});
}

TEST_CASE("vmstat: malformed content fails and names the file") {
  BareHost host;
  host.proc("vmstat", "pgpgin\n");
  CHECK(host.bed.run("vmstat").empty());
  REQUIRE(host.bed.failed(ErrorKind::Invalid));
  CHECK(host.bed.last.error().message.find("proc/vmstat") != std::string::npos);
}

#include "collectors/host/filefd.h"

#include <catch2/catch.hpp>

#include "tests/collectors/support.h"

using namespace lapwing;
using namespace lapwing::collectors::host;
using lapwing::testing::BareHost;
using lapwing::testing::Samples;

TEST_CASE("filefd: the first number is in use, the third the limit") {
  const auto handles = parse_file_handles("664\t0\t99\n");
  REQUIRE(handles.ok());
  CHECK(handles->allocated == 664);
  CHECK(handles->maximum == 99);
}

TEST_CASE("filefd: the largest limit of the kernel is taken") {
  const auto handles = parse_file_handles("1 0 9223372036854775807\n");
  REQUIRE(handles.ok());
  CHECK(handles->maximum == 9'223'372'036'854'775'807u);
}

TEST_CASE("filefd: empty, truncated and malformed content is Invalid") {
  for (const char* text : {"", "664", "664 0", "664 0\n", "a b c", "664 0 -1\n"}) {
    INFO(text);
    CHECK_FALSE(parse_file_handles(text).ok());
  }
}

TEST_CASE("filefd: a malformed file fails and is named") {
  BareHost host;
  host.proc("sys/fs/file-nr", "664 0\n");
  CHECK(host.bed.run("filefd").empty());
  REQUIRE(host.bed.failed(ErrorKind::Invalid));
  CHECK(host.bed.last.error().message.find("file-nr") != std::string::npos);
  host.proc("sys/fs/file-nr", "664 0 99\n");
  CHECK(host.bed.run("filefd") ==
        Samples{{"node_filefd_allocated", 664}, {"node_filefd_maximum", 99}});
}

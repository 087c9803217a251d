#include "agent/base/file.h"

#include <catch2/catch.hpp>

#include "tests/support/temporary_directory.h"

using namespace lapwing;

TEST_CASE("file: what is written atomically reads back, and no temporary stays") {
  const testing::TemporaryDirectory folder;
  const std::string path = folder / "a.txt";
  REQUIRE(write_file_atomically(path, "one").ok());
  REQUIRE(write_file_atomically(path, "two").ok());
  CHECK(*read_file(path) == "two");
  CHECK_FALSE(read_file(path + ".tmp").ok());
}

TEST_CASE("file: reads files of unknown and of large size") {
  CHECK(read_file("/proc/self/status")->find("Pid:") != std::string::npos);
  const testing::TemporaryDirectory folder;
  const std::string large(100'000, 'x');
  CHECK(*read_file(folder.write("large", large)) == large);
}

TEST_CASE("file: a missing file is NoData, one past the limit Invalid") {
  const testing::TemporaryDirectory folder;
  CHECK(read_file(folder / "none").error().kind == ErrorKind::NoData);
  CHECK(read_file(folder.write("big", "0123456789"), 5).error().kind == ErrorKind::Invalid);
}

TEST_CASE("file: folders are made with their parents; a file in the way is an error") {
  const testing::TemporaryDirectory folder;
  CHECK(make_directories(folder / "a/b/c").ok());
  CHECK(make_directories(folder / "a/b/c").ok());
  folder.write("f", "");
  CHECK_FALSE(make_directories(folder / "f/x").ok());
}

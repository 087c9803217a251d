#include "collectors/services/kept_file.h"

#include <catch2/catch.hpp>

#include "tests/support/temporary_directory.h"

using namespace lapwing;
using collectors::services::KeptFile;

TEST_CASE("kept_file: reads the newest content through one descriptor, up to the buffer's size") {
  const testing::TemporaryDirectory folder;
  KeptFile file(folder.write("a", "first"));
  std::string buffer(8, '\0');
  CHECK(file.read(buffer) == "first");
  folder.write("a", "second and more");
  CHECK(file.read(buffer) == "second a");
  folder.write("a", "");
  CHECK(file.read(buffer).empty());
  CHECK_FALSE(file.missing());
}

TEST_CASE("kept_file: one that is missing is tried again when asked to") {
  const testing::TemporaryDirectory folder;
  KeptFile file(folder / "a");
  std::string buffer(8, '\0');
  CHECK(file.read(buffer).empty());
  CHECK(file.missing());
  folder.write("a", "x");
  CHECK(file.read(buffer).empty());
  file.retry();
  CHECK(file.read(buffer) == "x");
}

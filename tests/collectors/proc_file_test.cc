#include "collectors/proc_file.h"

#include <catch2/catch.hpp>

#include "tests/support/temporary_directory.h"

using namespace lapwing;
using namespace lapwing::collectors;

TEST_CASE("proc file: the content is read anew each time, however long") {
  const testing::TemporaryDirectory folder;
  ProcFile file(folder / "x");
  CHECK(file.read().error().kind == ErrorKind::NoData);
  folder.write("x", "one");
  CHECK(*file.read() == "one");
  const std::string large(100'000, 'y');
  folder.write("x", large);
  CHECK(*file.read() == large);
  folder.write("x", "");
  CHECK(file.read()->empty());
}

TEST_CASE("proc file: a folder cannot be read, and trimmed content has no line break") {
  const testing::TemporaryDirectory folder;
  ProcFile file(folder.path());
  CHECK_FALSE(file.read().ok());
  folder.write("x", "value \n");
  CHECK(*read_trimmed(folder / "x") == "value");
}

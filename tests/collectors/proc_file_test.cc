#include "collectors/proc_file.h"

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <string>

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

TEST_CASE("proc file: one that vanishes while it is open is an error once, then it is not there") {
  int gate[2];
  REQUIRE(::pipe(gate) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    char end = 0;
    ::close(gate[1]);
    (void)!::read(gate[0], &end, 1);
    ::_exit(0);
  }
  ProcFile file("/proc/" + std::to_string(child) + "/stat");
  REQUIRE(file.read().ok());
  ::close(gate[1]);
  ::close(gate[0]);
  REQUIRE(::waitpid(child, nullptr, 0) == child);
  // The descriptor is still open, and what it shows has ended (ESRCH).
  const auto gone = file.read();
  REQUIRE_FALSE(gone.ok());
  CHECK(gone.error().kind == ErrorKind::Unavailable);
  const auto missing = file.read();
  REQUIRE_FALSE(missing.ok());
  CHECK(missing.error().kind == ErrorKind::NoData);
}

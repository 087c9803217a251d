#include "agent/tsdb/folder.h"

#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/support/temporary_directory.h"

using namespace lapwing;
using namespace lapwing::tsdb;

namespace {

void ignore(LogLevel, std::string_view) {}

}  // namespace

TEST_CASE("folder: is made with its parts, held once, free again afterwards") {
  const testing::TemporaryDirectory directory;
  Log log(LogLevel::Error, ignore);
  const std::string path = directory / "a/b";
  {
    auto folder = Folder::open(path, log);
    REQUIRE(folder.ok());
    CHECK(std::filesystem::is_directory(folder->journal()));
    CHECK(std::filesystem::is_directory(folder->raw()));
    CHECK(*read_file(path + "/FORMAT") == "lapwing tsdb 6\n");
    CHECK(folder->set_aside().empty());
    CHECK(Folder::open(path, log).error().kind == ErrorKind::Unavailable);
  }
  CHECK(Folder::open(path, log).ok());
}

TEST_CASE("folder: data without a version is set aside") {
  const testing::TemporaryDirectory directory;
  Log log(LogLevel::Error, ignore);
  directory.write("s/raw/2023-11-15.db", "x");
  auto folder = Folder::open(directory / "s", log);
  REQUIRE(folder.ok());
  CHECK(folder->set_aside() == directory / "s.other-version");
  CHECK(std::filesystem::exists(directory / "s.other-version/raw/2023-11-15.db"));
  CHECK(std::filesystem::is_empty(folder->raw()));
}

TEST_CASE("folder: what is set aside never replaces what was set aside before") {
  const testing::TemporaryDirectory directory;
  for (const char* expected : {"f.damaged", "f.damaged-2", "f.damaged-3"}) {
    const std::string path = directory.write("f", "x");
    CHECK(*set_aside(path, "damaged") == directory / expected);
  }
  CHECK(set_aside(directory / "none", "damaged").error().kind == ErrorKind::Unavailable);
}

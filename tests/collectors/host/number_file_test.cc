#include "collectors/host/number_file.h"

#include <catch2/catch.hpp>

#include "tests/support/temporary_directory.h"

using namespace lapwing;
using namespace lapwing::collectors::host;

TEST_CASE("number file: one number, with blanks and a line break around it") {
  CHECK(*parse_number("256\n") == 256);
  CHECK(*parse_number("-1") == -1);
  CHECK(*parse_number(" 7 \n") == 7);
  CHECK(*parse_number("9223372036854775807\n") == 9'223'372'036'854'775'807);
}

TEST_CASE("number file: empty content, more than a number, and no number are Invalid") {
  for (const char* text :
       {"", "\n", " ", "2 3\n", "2\n3\n", "x", "0x10\n", "1.5\n", "-", "9223372036854775808\n"}) {
    INFO(text);
    const auto number = parse_number(text);
    REQUIRE_FALSE(number.ok());
    CHECK(number.error().kind == ErrorKind::Invalid);
  }
}

TEST_CASE("number file: a missing file is no data, a malformed one Invalid and named") {
  const testing::TemporaryDirectory folder;
  collectors::ProcFile file(folder / "count");
  CHECK(read_number(file).error().kind == ErrorKind::NoData);
  folder.write("count", "many\n");
  const auto malformed = read_number(file);
  REQUIRE_FALSE(malformed.ok());
  CHECK(malformed.error().kind == ErrorKind::Invalid);
  CHECK(malformed.error().message.rfind(folder / "count", 0) == 0);
  folder.write("count", "42\n");
  CHECK(*read_number(file) == 42);
}

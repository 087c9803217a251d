#include "collectors/access_log/positions.h"

#include <catch2/catch.hpp>

using namespace lapwing::collectors::access_log;

TEST_CASE("positions: what is written is read again, blanks in paths too") {
  const Positions written{{"/a b.log", {7, 9, std::string("\0\xff", 2)}}, {"/c", {1, 0, ""}}};
  const Positions read = parse_positions(write_positions(written));
  REQUIRE(read.size() == 2);
  CHECK(read.at("/a b.log").inode == 7);
  CHECK(read.at("/a b.log").offset == 9);
  CHECK(read.at("/a b.log").head == std::string("\0\xff", 2));
  CHECK(read.at("/c").head.empty());
}

TEST_CASE("positions: another version and damaged lines are left out") {
  CHECK(parse_positions("").empty());
  CHECK(parse_positions("access-log-positions 2\n1 2 - /a\n").empty());
  const Positions read = parse_positions(
      "access-log-positions 1\n1 x - /a\n1 2 f /b\n1 2 zz /c\n1 2 -\n3 4 6162 /d\n");
  REQUIRE(read.size() == 1);
  CHECK(read.at("/d").head == "ab");
}

#include "collectors/host/hex_table.h"

#include <catch2/catch.hpp>

using namespace lapwing;
using namespace lapwing::collectors::host;

TEST_CASE("hex table: a row a line, rows may differ in length") {
  const auto rows = parse_hex_rows("0a ff\t00000019\n1\n");
  REQUIRE(rows.ok());
  CHECK(*rows == std::vector<HexRow>{{10, 255, 25}, {1}});
}

TEST_CASE("hex table: a last line without its break counts, capitals and 64 bits are numbers") {
  const auto rows = parse_hex_rows("FF\nffffffffffffffff");
  REQUIRE(rows.ok());
  CHECK(*rows == std::vector<HexRow>{{255}, {0xffff'ffff'ffff'ffffu}});
}

TEST_CASE("hex table: empty content has no rows") {
  const auto rows = parse_hex_rows("");
  REQUIRE(rows.ok());
  CHECK(rows->empty());
}

TEST_CASE("hex table: what is no hexadecimal number is Invalid and shown") {
  for (const char* text : {"0x\n", "0a 0x1f\n", "g\n", "-1\n", "1.5\n", "10000000000000000\n"}) {
    INFO(text);
    CHECK_FALSE(parse_hex_rows(text).ok());
  }
  CHECK(parse_hex_rows("1 entries\n").error().message.find("\"entries\"") != std::string::npos);
}

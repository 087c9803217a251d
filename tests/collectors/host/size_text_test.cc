#include "collectors/host/size_text.h"

#include <catch2/catch.hpp>

using lapwing::collectors::host::parse_size;

TEST_CASE("size text: letters are powers of 1,024, a rate's unit and blanks are left out") {
  CHECK(parse_size("512") == 512);
  CHECK(parse_size("0\n") == 0);
  CHECK(parse_size("1.5k") == 1536);
  CHECK(parse_size("1K") == 1024);
  CHECK(parse_size(" 20.4G\n") == 21904333209.0);  // whole bytes
  CHECK(parse_size("1.1M/sec") == 1153433);
  CHECK(parse_size("-321.5k/sec") == -329216);
  CHECK(parse_size("1E") == 1152921504606846976.0);
}

TEST_CASE("size text: what is no size is nothing") {
  for (const char* text : {"", " ", "k", "/sec", "17ms", "1.5x", "one", "1 2", "nan", "inf"}) {
    INFO(text);
    CHECK_FALSE(parse_size(text).has_value());
  }
}

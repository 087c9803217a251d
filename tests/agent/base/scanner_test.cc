#include "agent/base/scanner.h"

#include <catch2/catch.hpp>

using namespace lapwing;

TEST_CASE("scanner: reads words and numbers across lines") {
  Scanner scan("cpu  12 -3 0.5\nend\n");
  CHECK(scan.word() == "cpu");
  CHECK(scan.u64() == 12);
  CHECK(scan.i64() == -3);
  CHECK(scan.f64() == 0.5);
  CHECK(scan.line() == "");
  CHECK(scan.line() == "end");
  CHECK(scan.at_end());
  CHECK(scan.done().ok());
}

TEST_CASE("scanner: the first failure is kept, with its line, and later reads give nothing") {
  Scanner scan("a 1\nb x\nc 3\n");
  scan.line();
  CHECK(scan.word() == "b");
  CHECK(scan.u64() == 0);
  CHECK(scan.word().empty());
  CHECK(scan.done().error().message == "line 2: expected a number, found \"x\"");
}

TEST_CASE("scanner: a word does not cross the end of its line") {
  Scanner scan("a\nb");
  scan.word();
  CHECK(scan.word().empty());
  CHECK(scan.failed());
}

TEST_CASE("scanner: numbers out of range and trailing characters fail") {
  for (const char* text : {"18446744073709551616", "1x", "-1", ""}) {
    INFO(text);
    Scanner scan(text);
    scan.u64();
    CHECK(scan.failed());
  }
}

TEST_CASE("scanner: until, expect and accept") {
  Scanner scan("key: value");
  CHECK(scan.until(':') == "key");
  scan.expect("val");
  CHECK(scan.accept("ue"));
  CHECK_FALSE(scan.accept("x"));
  CHECK(scan.done().ok());
  CHECK(scan.until(';').empty());
  CHECK(scan.failed());
}

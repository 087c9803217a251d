#include "agent/base/result.h"

#include <catch2/catch.hpp>
#include <cerrno>

using namespace lapwing;

TEST_CASE("result: a value is there and has no error") {
  const Result<int> result = 7;
  REQUIRE(result.ok());
  CHECK(*result == 7);
}

TEST_CASE("result: in() puts the place before the message and keeps the kind") {
  Result<int> result = Result<int>(corrupt("bad checksum")).in("reading a.db");
  REQUIRE_FALSE(result.ok());
  CHECK(result.error().message == "reading a.db: bad checksum");
  CHECK(result.error().kind == ErrorKind::Corrupt);
}

TEST_CASE("result: in() leaves a success alone") {
  CHECK(Result<void>().in("anywhere").ok());
  CHECK(*Result<int>(1).in("anywhere") == 1);
}

TEST_CASE("result: a missing file is NoData, a refused one Unavailable") {
  CHECK(system_error("open /x", ENOENT).kind == ErrorKind::NoData);
  CHECK(system_error("open /x", EACCES).kind == ErrorKind::Unavailable);
  CHECK(system_error("open /x", EACCES).message == "open /x: Permission denied");
}

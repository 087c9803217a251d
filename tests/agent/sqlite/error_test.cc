#include "agent/sqlite/error.h"

#include <sqlite3.h>
#include <catch2/catch.hpp>

using namespace lapwing;

TEST_CASE("sqlite error: codes, extended ones too, become what a caller can do") {
  const auto kind = [](int code) { return sqlite::make_error("x", code, nullptr).kind; };
  CHECK(kind(SQLITE_CORRUPT) == ErrorKind::Corrupt);
  CHECK(kind(SQLITE_CORRUPT_INDEX) == ErrorKind::Corrupt);
  CHECK(kind(SQLITE_NOTADB) == ErrorKind::Corrupt);
  CHECK(kind(SQLITE_BUSY_SNAPSHOT) == ErrorKind::Unavailable);
  CHECK(kind(SQLITE_FULL) == ErrorKind::Unavailable);
  CHECK(kind(SQLITE_IOERR_FSYNC) == ErrorKind::Unavailable);
  CHECK(kind(SQLITE_READONLY) == ErrorKind::Unavailable);
  CHECK(kind(SQLITE_CANTOPEN) == ErrorKind::Unavailable);
  CHECK(kind(SQLITE_CONSTRAINT_UNIQUE) == ErrorKind::Invalid);
  CHECK(kind(SQLITE_MISUSE) == ErrorKind::Invalid);
}

TEST_CASE("sqlite error: the message begins with the place") {
  CHECK(sqlite::make_error("opening x", SQLITE_FULL, nullptr).message ==
        "opening x: database or disk is full");
}

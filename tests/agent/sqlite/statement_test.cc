#include "agent/sqlite/statement.h"

#include <catch2/catch.hpp>

#include <string>

#include "agent/sqlite/connection.h"
#include "tests/support/temporary_directory.h"

using namespace lapwing;
using sqlite::Connection;

TEST_CASE("sqlite statement: each type comes back as it went in") {
  const testing::TemporaryDirectory folder;
  auto connection = Connection::open(folder / "a.db");
  REQUIRE(connection->execute("CREATE TABLE t(a, b, c, d, e, f)").ok());
  const std::string bytes("a\0b\xff", 4);
  auto insert = connection->prepare("INSERT INTO t VALUES(?1, ?2, ?3, ?4, ?5, ?6)");
  REQUIRE(insert.ok());
  insert->bind(1, std::int64_t(-5)).bind(2, 0.1).bind(3, "text").bind_blob(4, bytes);
  insert->bind_null(5).bind_blob(6, {});
  REQUIRE(insert->run().ok());
  auto query = connection->prepare("SELECT * FROM t");
  REQUIRE(*query->step());
  CHECK(query->columns() == 6);
  CHECK(query->integer(0) == -5);
  CHECK(query->real(1) == 0.1);
  CHECK(query->text(2) == "text");
  CHECK(query->blob(3) == bytes);
  CHECK(query->is_null(4));
  CHECK(query->text(4).empty());
  CHECK_FALSE(query->is_null(5));
  CHECK(query->blob(5).empty());
  CHECK_FALSE(*query->step());
}

TEST_CASE("sqlite statement: is used again after reset, with new parameters") {
  const testing::TemporaryDirectory folder;
  auto connection = Connection::open(folder / "a.db");
  auto query = connection->prepare("SELECT ?1 + 1");
  for (const int value : {1, 10}) {
    REQUIRE(*query->bind(1, value).step());
    CHECK(query->integer(0) == value + 1);
    query->reset();
  }
}

TEST_CASE("sqlite statement: a bind that fails shows in the next step") {
  const testing::TemporaryDirectory folder;
  auto connection = Connection::open(folder / "a.db");
  auto query = connection->prepare("SELECT ?1");
  query->bind(2, 1);
  CHECK(query->step().error().kind == ErrorKind::Invalid);
  CHECK(query->step().ok());
}

TEST_CASE("sqlite statement: a broken constraint is Invalid") {
  const testing::TemporaryDirectory folder;
  auto connection = Connection::open(folder / "a.db");
  REQUIRE(connection->execute("CREATE TABLE t(a UNIQUE)").ok());
  auto insert = connection->prepare("INSERT INTO t VALUES(1)");
  REQUIRE(insert->run().ok());
  CHECK(insert->run().error().kind == ErrorKind::Invalid);
}

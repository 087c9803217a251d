#include "agent/sqlite/transaction.h"

#include <catch2/catch.hpp>

#include <utility>

#include "tests/support/temporary_directory.h"

using namespace lapwing;
using sqlite::Connection;
using sqlite::Transaction;

TEST_CASE("sqlite transaction: committed rows stay, others go") {
  const testing::TemporaryDirectory folder;
  auto connection = Connection::open(folder / "a.db");
  REQUIRE(connection->execute("CREATE TABLE t(a)").ok());
  {
    auto transaction = Transaction::begin(*connection);
    REQUIRE(connection->execute("INSERT INTO t VALUES(1)").ok());
    Transaction moved = std::move(*transaction);
    CHECK(connection->in_transaction());
  }
  CHECK_FALSE(connection->in_transaction());
  CHECK(*connection->integer("SELECT count(*) FROM t") == 0);
  auto transaction = Transaction::begin(*connection);
  REQUIRE(connection->execute("INSERT INTO t VALUES(2)").ok());
  REQUIRE(transaction->commit().ok());
  CHECK(*connection->integer("SELECT a FROM t") == 2);
  CHECK(transaction->commit().error().kind == ErrorKind::Invalid);
}

TEST_CASE("sqlite transaction: the write lock is taken at begin") {
  const testing::TemporaryDirectory folder;
  auto first = Connection::open(folder / "a.db");
  auto second = Connection::open(folder / "a.db", {.busy_timeout = 0ms});
  auto held = Transaction::begin(*first);
  REQUIRE(held.ok());
  CHECK(Transaction::begin(*second).error().kind == ErrorKind::Unavailable);
}

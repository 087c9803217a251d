#include "agent/sqlite/connection.h"

#include <catch2/catch.hpp>

#include <string>

#include "agent/base/file.h"
#include "tests/support/temporary_directory.h"

using namespace lapwing;
using sqlite::Access;
using sqlite::Connection;
using sqlite::JournalMode;

TEST_CASE("sqlite connection: what is written is there after a reopen, in both journal modes") {
  const testing::TemporaryDirectory folder;
  for (const JournalMode mode : {JournalMode::Wal, JournalMode::Truncate}) {
    const std::string path = folder / (mode == JournalMode::Wal ? "wal.db" : "truncate.db");
    {
      auto connection = Connection::open(path, {.journal_mode = mode});
      REQUIRE(connection.ok());
      REQUIRE(connection->execute("CREATE TABLE t(a); INSERT INTO t VALUES(1),(2)").ok());
      CHECK(connection->changes() == 2);
      CHECK(connection->last_insert_rowid() == 2);
    }
    auto connection = Connection::open(path, {.access = Access::ReadOnly});
    REQUIRE(connection.ok());
    CHECK(*connection->integer("SELECT sum(a) FROM t") == 3);
    CHECK(connection->execute("INSERT INTO t VALUES(3)").error().kind == ErrorKind::Unavailable);
    CHECK(connection->quick_check().ok());
  }
}

TEST_CASE("sqlite connection: options take effect") {
  const testing::TemporaryDirectory folder;
  auto connection = Connection::open(folder / "a.db", {.journal_mode = JournalMode::Wal,
                                                       .synchronous = sqlite::Synchronous::Full,
                                                       .foreign_keys = true,
                                                       .page_bytes = 1024});
  REQUIRE(connection.ok());
  CHECK(*connection->integer("PRAGMA secure_delete") == 0);
  CHECK(*connection->integer("PRAGMA synchronous") == 2);
  CHECK(*connection->integer("PRAGMA foreign_keys") == 1);
  CHECK(*connection->integer("PRAGMA page_size") == 1024);
  REQUIRE(connection->execute("CREATE TABLE t(a)").ok());
  CHECK(connection->checkpoint().ok());
  CHECK(read_file(folder / "a.db-wal")->empty());
}

TEST_CASE("sqlite connection: a missing folder is Unavailable, read-only makes no file") {
  const testing::TemporaryDirectory folder;
  CHECK(Connection::open(folder / "none/a.db").error().kind == ErrorKind::Unavailable);
  CHECK(Connection::open(folder / "a.db", {.access = Access::ReadOnly}).error().kind ==
        ErrorKind::Unavailable);
}

TEST_CASE("sqlite connection: a file that is no database is Corrupt at open") {
  const testing::TemporaryDirectory folder;
  const auto opened = Connection::open(folder.write("a.db", std::string(5000, 'x')));
  REQUIRE_FALSE(opened.ok());
  CHECK(opened.error().kind == ErrorKind::Corrupt);
  CHECK(opened.error().message.find("a.db") != std::string::npos);
}

TEST_CASE("sqlite connection: quick_check finds an overwritten page") {
  const testing::TemporaryDirectory folder;
  const std::string path = folder / "a.db";
  {
    auto connection = Connection::open(path, {.journal_mode = JournalMode::Truncate});
    REQUIRE(connection
                ->execute("CREATE TABLE t(a); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL "
                          "SELECT i+1 FROM n WHERE i<3000) INSERT INTO t SELECT i FROM n")
                .ok());
  }
  std::string bytes = *read_file(path);
  bytes.replace(3 * 4096, 4096, std::string(4096, '\x55'));
  folder.write("a.db", bytes);
  auto connection = Connection::open(path, {.access = Access::ReadOnly});
  REQUIRE(connection.ok());
  CHECK(connection->quick_check().error().kind == ErrorKind::Corrupt);
}

TEST_CASE("sqlite connection: wrong SQL is Invalid and says what is wrong") {
  const testing::TemporaryDirectory folder;
  auto connection = Connection::open(folder / "a.db");
  const auto executed = connection->execute("SELEKT 1");
  REQUIRE_FALSE(executed.ok());
  CHECK(executed.error().kind == ErrorKind::Invalid);
  CHECK(executed.error().message.find("SELEKT") != std::string::npos);
  CHECK(connection->prepare("").error().kind == ErrorKind::Invalid);
  CHECK(connection->integer("SELECT 1 WHERE 0").error().kind == ErrorKind::NoData);
}

TEST_CASE("sqlite connection: a file that another writer holds is Unavailable after the timeout") {
  const testing::TemporaryDirectory folder;
  auto first = Connection::open(folder / "a.db");
  REQUIRE(first->execute("CREATE TABLE t(a); BEGIN IMMEDIATE").ok());
  auto second = Connection::open(folder / "a.db", {.busy_timeout = 0ms});
  REQUIRE(second.ok());
  CHECK(second->execute("INSERT INTO t VALUES(1)").error().kind == ErrorKind::Unavailable);
}

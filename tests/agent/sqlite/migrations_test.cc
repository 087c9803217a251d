#include "agent/sqlite/migrations.h"

#include <catch2/catch.hpp>

#include <array>

#include "tests/support/temporary_directory.h"

using namespace lapwing;
using sqlite::Connection;

namespace {

constexpr std::array<std::string_view, 1> kFirst = {"CREATE TABLE t(a)"};
constexpr std::array<std::string_view, 2> kBoth = {"CREATE TABLE t(a)",
                                                   "ALTER TABLE t ADD COLUMN b DEFAULT 7"};
constexpr std::array<std::string_view, 2> kBroken = {"CREATE TABLE t(a)",
                                                     "CREATE TABLE u(a); CREATE TABLE t(a)"};

}  // namespace

TEST_CASE("sqlite migrations: a new file takes all steps, an old one what is missing") {
  const testing::TemporaryDirectory folder;
  auto connection = Connection::open(folder / "a.db");
  REQUIRE(sqlite::migrate(*connection, {42, kFirst}).ok());
  CHECK(sqlite::check_schema(*connection, {42, kFirst}).ok());
  CHECK_FALSE(sqlite::check_schema(*connection, {42, kBoth}).ok());
  REQUIRE(connection->execute("INSERT INTO t VALUES(1)").ok());
  REQUIRE(sqlite::migrate(*connection, {42, kBoth}).ok());
  REQUIRE(sqlite::migrate(*connection, {42, kBoth}).ok());
  CHECK(*connection->integer("SELECT b FROM t") == 7);
  CHECK(*connection->integer("PRAGMA user_version") == 2);
  CHECK(*connection->integer("PRAGMA application_id") == 42);
}

TEST_CASE("sqlite migrations: a newer file and one of another kind are Invalid, untouched") {
  const testing::TemporaryDirectory folder;
  auto connection = Connection::open(folder / "a.db");
  REQUIRE(sqlite::migrate(*connection, {42, kBoth}).ok());
  CHECK(sqlite::migrate(*connection, {42, kFirst}).error().kind == ErrorKind::Invalid);
  CHECK(sqlite::migrate(*connection, {43, kBoth}).error().kind == ErrorKind::Invalid);
  auto foreign = Connection::open(folder / "b.db");
  REQUIRE(foreign->execute("CREATE TABLE theirs(a)").ok());
  CHECK(sqlite::migrate(*foreign, {42, kFirst}).error().kind == ErrorKind::Invalid);
  CHECK(*foreign->integer("PRAGMA user_version") == 0);
}

TEST_CASE("sqlite migrations: a step that fails leaves the version before it") {
  const testing::TemporaryDirectory folder;
  auto connection = Connection::open(folder / "a.db");
  CHECK_FALSE(sqlite::migrate(*connection, {42, kBroken}).ok());
  CHECK(*connection->integer("PRAGMA user_version") == 1);
  CHECK(*connection->integer("SELECT count(*) FROM sqlite_schema WHERE name = 'u'") == 0);
}

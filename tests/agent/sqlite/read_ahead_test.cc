#include "agent/sqlite/read_ahead.h"

#include <sqlite3.h>

#include <catch2/catch.hpp>
#include <string>

#include "agent/base/file.h"
#include "agent/sqlite/connection.h"
#include "tests/support/temporary_directory.h"

using namespace lapwing;
using sqlite::Access;
using sqlite::Connection;
using sqlite::JournalMode;

namespace {

std::string blob(int number) {
  std::string bytes(std::size_t(number) * 9'000, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = char(i * std::size_t(number + 3) >> 3);
  return bytes;
}

Connection writer_of(const std::string& path) {
  auto writer = Connection::open(path, {.journal_mode = JournalMode::Truncate, .page_bytes = 1024});
  REQUIRE(writer.ok());
  return std::move(*writer);
}

void put(Connection& writer, int number) {
  auto statement = writer.prepare("INSERT OR REPLACE INTO t VALUES(?, ?)");
  REQUIRE(statement.ok());
  const std::string bytes = blob(number);
  statement->bind(1, std::int64_t(number % 10));
  statement->bind_blob(2, bytes);
  REQUIRE(statement->step().ok());
}

std::string get(Connection& reader, int key) {
  auto statement = reader.prepare("SELECT b FROM t WHERE k = " + std::to_string(key));
  REQUIRE(statement.ok());
  const auto row = statement->step();
  INFO((row ? "" : row.error().message));
  REQUIRE(row.ok());
  return *row ? std::string(statement->blob(0)) : "";
}

}  // namespace

TEST_CASE("sqlite read-ahead: blobs of all sizes are read as they are, also after other commits") {
  REQUIRE(sqlite::read_ahead_layer() != nullptr);
  const testing::TemporaryDirectory folder;
  const std::string path = folder / "a.db";
  Connection writer = writer_of(path);
  REQUIRE(writer.execute("CREATE TABLE t(k INTEGER PRIMARY KEY, b BLOB)").ok());
  for (int i = 0; i < 10; ++i) put(writer, i);
  auto reader = Connection::open(path, {.access = Access::ReadOnly, .read_ahead = true});
  REQUIRE(reader.ok());
  for (int i = 0; i < 10; ++i) CHECK(get(*reader, i) == blob(i));
  // The pages of the old blobs are used anew: what was read ahead must not be believed.
  for (int i = 19; i >= 10; --i) {
    put(writer, i);
    CHECK(get(*reader, i - 10) == blob(i));
  }
  for (int i = 0; i < 10; ++i) CHECK(get(*reader, i) == blob(i + 10));
  CHECK(reader->quick_check().ok());
}

TEST_CASE("sqlite read-ahead: a file cut short or gone is an error, not old bytes") {
  const testing::TemporaryDirectory folder;
  const std::string path = folder / "a.db";
  {
    Connection writer = writer_of(path);
    REQUIRE(writer.execute("CREATE TABLE t(k INTEGER PRIMARY KEY, b BLOB)").ok());
    for (int i = 0; i < 10; ++i) put(writer, i);
  }
  CHECK_FALSE(
      Connection::open(folder / "none.db", {.access = Access::ReadOnly, .read_ahead = true}).ok());
  const std::string whole = *read_file(path);
  for (const std::size_t size : {std::size_t(0), std::size_t(100), whole.size() / 2}) {
    REQUIRE(write_file_atomically(path, whole.substr(0, size)).ok());
    auto reader = Connection::open(path, {.access = Access::ReadOnly, .read_ahead = true});
    if (!reader.ok()) continue;
    auto statement = reader->prepare("SELECT b FROM t");
    if (!statement.ok()) continue;
    bool failed = false;
    for (int i = 0; i < 20 && !failed; ++i) {
      const auto row = statement->step();
      failed = !row.ok() || !*row;
    }
    CHECK(failed);
  }
}

#include "alerting/state_writer.h"

#include <catch2/catch.hpp>

#include <filesystem>

#include "agent/sqlite/connection.h"
#include "tests/support/temporary_directory.h"

using namespace lapwing;
using namespace lapwing::alerting;

namespace {

constexpr Timestamp kStart = from_millis(1'700'000'000'000);

struct Bench {
  lapwing::testing::TemporaryDirectory folder;
  Log log{LogLevel::Error, [](LogLevel, std::string_view) {}};
  metrics::Registry registry;

  StateStore open() {
    auto store = StateStore::open(folder / "state.db", kStart, log);
    REQUIRE(store.ok());
    return std::move(*store);
  }
};

StateChanges fact() {
  StateChanges changes;
  changes.log = {{{"team", 0, "{}:{}"}, kStart, {1}, {}}};
  return changes;
}

}  // namespace

TEST_CASE("state writer: what is submitted is written by the next step, in one go") {
  Bench bench;
  StateWriter writer(bench.open(), bench.log, bench.registry);
  int woken = 0;
  int told = 0;
  writer.on_wake([&] { ++woken; });
  writer.on_written([&] { ++told; });
  CHECK(bench.registry.gauge("lapwing_state_reserve_bytes", "").value() == kReserveBytes);
  CHECK(writer.submit(fact()) == 1);
  CHECK(writer.submit(fact()) == 2);
  CHECK(writer.newest_ticket() == 2);
  CHECK(woken == 2);
  CHECK(writer.written().ticket == 0);
  CHECK(writer.step(kStart) == kNever);
  CHECK(writer.written().ticket == 2);
  CHECK_FALSE(writer.written().failing);
  CHECK(told == 1);
  writer.step(kStart);
  CHECK(told == 1);
}

TEST_CASE("state writer: without a file all counts as written") {
  Bench bench;
  StateWriter writer(std::nullopt, bench.log, bench.registry);
  CHECK(writer.submit(fact()) <= writer.written().ticket);
  CHECK(writer.step(kStart) == kNever);
}

TEST_CASE("state writer: what cannot be written is written when it can") {
  Bench bench;
  StateWriter writer(bench.open(), bench.log, bench.registry);
  // Another process holds the write lock.
  auto other = sqlite::Connection::open(bench.folder / "state.db");
  REQUIRE(other);
  REQUIRE(other->execute("BEGIN IMMEDIATE"));
  writer.submit(fact());
  const Timestamp again = writer.step(kStart);
  CHECK(again == kStart + 1s);
  CHECK(writer.written().failing);
  CHECK(bench.registry.counter("lapwing_state_write_failures_total", "").value() == 1);
  REQUIRE(other->execute("COMMIT"));
  CHECK(writer.step(kStart) == again);
  CHECK(writer.written().failing);
  CHECK(writer.step(again) == kNever);
  CHECK_FALSE(writer.written().failing);
  CHECK(bench.open().take_loaded().log.size() == 1);
}

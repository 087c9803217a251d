#include <catch2/catch.hpp>

#include "agent/tsdb/store.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temporary_directory.h"

using namespace lapwing;
using namespace lapwing::tsdb;

namespace {
struct RecordsBed {
  std::unique_ptr<Store> open() {
    auto store = Store::open({.folder = folder / "store", .records_limit_bytes = 1 << 20}, clock,
                             log, registry);
    if (!store) throw std::runtime_error(store.error().message);
    return *std::move(store);
  }
  lapwing::testing::TemporaryDirectory folder;
  lapwing::testing::FakeClock clock;
  Log log{LogLevel::Error, [](LogLevel, std::string_view) {}};
  metrics::Registry registry;
};
}  // namespace

TEST_CASE("store_records: a step writes them, another open finds them, kinds stay apart") {
  RecordsBed bed;
  {
    const auto store = bed.open();
    Records& records = *store;
    CHECK(records.read("a", {}, 10)->empty());
    records.append("a", from_millis(1), "x");
    records.append("b-c", from_millis(2), "y");
    store->step(bed.clock.now());
    // As after kill -9: nothing is closed, the next open reads what the step wrote.
    const auto copy = bed.folder / "copy";
    std::filesystem::copy(bed.folder / "store", copy, std::filesystem::copy_options::recursive);
  }
  std::filesystem::remove_all(bed.folder / "store");
  std::filesystem::rename(bed.folder / "copy", bed.folder / "store");
  const auto store = bed.open();
  const Records& records = *store;
  REQUIRE(records.read("a", {}, 10)->size() == 1);
  CHECK(records.read("a", {}, 10)->front().bytes == "x");
  CHECK(records.read("b-c", {}, 10)->front().time == from_millis(2));
}

TEST_CASE("store_records: a kind that cannot be is refused") {
  RecordsBed bed;
  const auto store = bed.open();
  Records& records = *store;
  for (const char* kind : {"", "../a", "A", "a/b", "a-kind-whose-name-is-longer-than-it-may-be"}) {
    records.append(kind, from_millis(1), "x");
    CHECK(records.read(kind, {}, 10)->empty());
  }
  for (char c = 'a'; c <= 'z'; ++c) records.append(std::string(1, c), from_millis(1), "x");
  CHECK(records.read("a", {}, 10)->size() == 1);
  CHECK(records.read("z", {}, 10)->empty());
}

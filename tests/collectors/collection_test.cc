#include "collectors/collection.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <condition_variable>
#include <deque>
#include <future>
#include <map>

#include "agent/base/file.h"
#include "agent/model/sample.h"
#include "collectors/proc_file.h"
#include "tests/collectors/support.h"
#include "tests/support/memory_store.h"
#include "tests/support/temporary_directory.h"

using namespace lapwing;
using namespace lapwing::collectors;

namespace {

constexpr MetricInfo kValue{"fake_value", "A value.", MetricType::Gauge, {"part"}};
constexpr MetricInfo kOther{"slow_value", "A value.", MetricType::Gauge};
constexpr std::chrono::seconds kLongEnough{20};

// What the fake collectors do is said by the settings, so that no global state is needed.
class FakeCollector final : public Collector {
 public:
  explicit FakeCollector(std::string path) : path_(std::move(path)) {}
  Result<void> collect(MetricWriter& out) override {
    const auto parts = read_trimmed(path_);
    if (!parts) return parts.error();
    if (*parts == "broken") {
      out.sample(kValue, {"half"}, 1);
      return invalid("it is broken");
    }
    std::string_view rest = *parts;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find(' '), rest.size());
      out.sample(kValue, {rest.substr(0, end)}, 7);
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return {};
  }

 private:
  std::string path_;
};

// Reads a FIFO: hangs until the test opens its other end.
class HangingCollector final : public Collector {
 public:
  explicit HangingCollector(std::string path) : path_(std::move(path)) {}
  Result<void> collect(MetricWriter& out) override {
    const auto content = read_trimmed(path_);
    if (!content) return content.error();
    out.sample(kOther, 5);
    return {};
  }

 private:
  std::string path_;
};

std::unique_ptr<Collector> make_fake(const FactoryInput& input) {
  return std::make_unique<FakeCollector>(input.context.paths.in_proc("fake"));
}
std::unique_ptr<Collector> make_hanging(const FactoryInput& input) {
  return std::make_unique<HangingCollector>(input.context.paths.in_proc("hanging"));
}

constexpr CollectorDescriptor kTable[] = {
    {"fake", true, 1s, Lane::Tick, Origin::Host, {}, make_fake},
    {"hanging", false, 2s, Lane::Slow, Origin::Host, {}, make_hanging},
};

struct Bed {
  Bed() { directory.write("fake", "a b"); }

  Collection::Surroundings surroundings() {
    return {.appender = store,
            .watermark = watermark,
            .clock = clock,
            .log = log,
            .registry = registry,
            .snapshots = [this](auto snapshot) { pages[snapshot->source] = snapshot; },
            .send =
                [this](http::ClientRequest request, http::ClientCallback done) {
                  requests.push_back({std::move(request), std::move(done)});
                },
            .wake =
                [this] {
                  const std::lock_guard lock(mutex);
                  ++wakes;
                  woken.notify_all();
                },
            .table = kTable};
  }
  CollectionOptions options() {
    CollectionOptions chosen;
    chosen.paths = {directory.path(), directory.path(), directory.path()};
    chosen.instance = "web1";
    return chosen;
  }
  bool wait_for_wakes(int count) {
    std::unique_lock lock(mutex);
    return woken.wait_for(lock, kLongEnough, [&] { return wakes >= count; });
  }
  testing::Stored samples(std::initializer_list<Label> labels) const {
    return testing::stored(store, labels);
  }

  testing::TemporaryDirectory directory;
  testing::MemoryStore store;
  Watermark watermark;
  testing::FakeClock clock{from_millis(100'300)};
  Log log{LogLevel::Error, [](LogLevel, std::string_view) {}};
  metrics::Registry registry;
  std::map<std::string, std::shared_ptr<const SourceSnapshot>> pages;
  struct Request {
    http::ClientRequest request;
    http::ClientCallback done;
  };
  std::deque<Request> requests;
  std::mutex mutex;
  std::condition_variable woken;
  int wakes = 0;  // guarded by mutex
};

}  // namespace

TEST_CASE("collection: one extra batch at start, then the grid, late batches with their own time") {
  Bed bed;
  Collection collection(bed.options(), bed.surroundings());
  CHECK(collection.step(bed.clock.now()) == from_millis(101'000));
  bed.clock.set(from_millis(101'020));
  CHECK(collection.step(bed.clock.now()) == from_millis(102'000));
  bed.clock.set(from_millis(102'060));
  collection.step(bed.clock.now());
  CHECK(bed.samples(
            {{"__name__", "fake_value"}, {"part", "a"}, {"job", "node"}, {"instance", "web1"}}) ==
        testing::Stored{{100'300, "7"}, {101'000, "7"}, {102'060, "7"}});
}

TEST_CASE("collection: target labels and up are in the store alone") {
  Bed bed;
  Collection collection(bed.options(), bed.surroundings());
  collection.step(bed.clock.now());
  REQUIRE(bed.pages.count("fake") == 1);
  CHECK(testing::lines_of(*bed.pages["fake"])[0] == R"(fake_value{part="a"} 7)");
  CHECK(bed.samples({{"__name__", "up"}, {"job", "node"}}) == testing::Stored{{100'300, "1"}});
  CHECK(bed.samples({{"__name__", "scrape_samples_scraped"}}) == testing::Stored{{100'300, "2"}});
  CHECK(bed.samples({{"__name__", "scrape_series_added"}}) == testing::Stored{{100'300, "2"}});
  CHECK(bed.samples({{"__name__", "node_scrape_collector_success"}, {"collector", "fake"}}) ==
        testing::Stored{{100'300, "1"}});
  CHECK(bed.pages.count("host-target") == 0);
  CHECK(bed.pages.count("collectors") == 1);
}

TEST_CASE("collection: the status tells of a failure a second after it was asked for") {
  Bed bed;
  Collection collection(bed.options(), bed.surroundings());
  collection.step(bed.clock.now());
  CHECK(collection.status()->collectors.at(0).last_error.empty());
  bed.directory.write("fake", "broken");
  bed.clock.set(from_millis(102'000));
  collection.step(bed.clock.now());
  CHECK(collection.status()->collectors.at(0).last_error == "it is broken");
  CHECK(bed.samples({{"part", "b"}}).at(102'000) == "stale");
}

TEST_CASE("collection: the watermark is complete once the tick's collectors have committed") {
  Bed bed;
  Collection collection(bed.options(), bed.surroundings());
  collection.step(bed.clock.now());
  bed.clock.set(from_millis(101'000));
  CHECK_FALSE(bed.watermark.complete(from_millis(101'000)));
  collection.step(bed.clock.now());
  CHECK(bed.watermark.complete(from_millis(101'000)));
  CHECK_FALSE(bed.watermark.complete(from_millis(101'001)));
}

TEST_CASE("collection: after the clock went back own sources go on") {
  Bed bed;
  Collection collection(bed.options(), bed.surroundings());
  collection.step(bed.clock.now());
  bed.clock.set(from_millis(50'000));
  CHECK(collection.step(bed.clock.now()) == from_millis(51'000));
  CHECK(bed.samples({{"part", "a"}}).count(50'000) == 1);
}

TEST_CASE("collection: a collector that hangs is given up after two intervals, the tick goes on") {
  Bed bed;
  const std::string fifo = bed.directory / "hanging";
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  CollectionOptions options = bed.options();
  options.collectors["hanging"] = {.enabled = true, .interval = 2s};
  Collection collection(options, bed.surroundings());
  const auto let_it_end = [&] {
    const UniqueFd writer(::open(fifo.c_str(), O_WRONLY));
    REQUIRE(writer);
  };

  collection.step(bed.clock.now());
  let_it_end();
  REQUIRE(bed.wait_for_wakes(1));
  collection.step(bed.clock.now());
  CHECK(bed.samples({{"__name__", "slow_value"}}) == testing::Stored{{100'300, "5"}});

  bed.clock.set(from_millis(102'000));
  collection.step(bed.clock.now());
  // Opening the other end waits for the collector to have opened its own: it runs, and hangs for
  // as long as this end is open.
  UniqueFd holding(::open(fifo.c_str(), O_WRONLY));
  REQUIRE(holding);
  CHECK_FALSE(bed.watermark.complete(from_millis(102'000)));
  bed.clock.set(from_millis(102'250));
  collection.step(bed.clock.now());
  CHECK(bed.watermark.complete(from_millis(102'000)));
  bed.clock.set(from_millis(106'000));
  collection.step(bed.clock.now());
  CHECK(bed.samples({{"__name__", "slow_value"}}).at(106'000) == "stale");
  CHECK(bed.samples({{"part", "a"}}).count(106'000) == 1);
  CHECK(bed.registry.counter("lapwing_collector_overdue_total", "").value() == 1);
  bed.clock.set(from_millis(108'000));
  collection.step(bed.clock.now());
  CHECK(bed.registry.counter("lapwing_collector_overdue_total", "").value() == 1);
  CHECK(bed.registry.gauge("lapwing_collector_hanging_threads", "").value() == 1);
}

TEST_CASE("collection: options change between ticks, what stays keeps its state") {
  Bed bed;
  Collection collection(bed.options(), bed.surroundings());
  collection.step(bed.clock.now());
  CollectionOptions options = bed.options();
  options.collectors["fake"] = {.enabled = true, .interval = 2s};
  collection.apply(options);
  bed.clock.set(from_millis(101'000));
  collection.step(bed.clock.now());
  CHECK(collection.status()->collectors.at(0).interval == 2s);
  CHECK(bed.samples({{"part", "a"}}).count(100'300) == 1);
  options.collectors["fake"].enabled = false;
  collection.apply(options);
  bed.clock.set(from_millis(103'000));
  collection.step(bed.clock.now());
  CHECK(bed.samples({{"part", "a"}}).at(103'000) == "stale");
  CHECK(bed.samples({{"__name__", "up"}}).at(103'000) == "stale");
}

TEST_CASE("collection: metadata has each family once, by name") {
  Bed bed;
  Collection collection(bed.options(), bed.surroundings());
  collection.step(bed.clock.now());
  const auto metadata = collection.metadata();
  REQUIRE(metadata->size() == 3);
  CHECK(metadata->at(0).name == "fake_value");
  CHECK(metadata->at(0).help == "A value.");
}

// tick_cost: runs ticks, rule evaluations or pages on the fixture trees and the real store with a
// clock of its own, so that callgrind counts the same instructions in every run. What asks the
// kernel itself or runs on threads of its own is left out, and so are services, whose cost is that
// of the processes there are.
//
//   tick_cost ticks|rules|page NUMBER     prints series, and allocations of each of the NUMBER
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "agent/app/plan.h"
#include "agent/exposition/newest_batches.h"
#include "agent/exposition/page.h"
#include "agent/promql/engine.h"
#include "agent/tsdb/store.h"
#include "alerting/evaluator.h"
#include "collectors/collection.h"
#include "tests/support/allocation_count.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temporary_directory.h"

namespace {

using namespace lapwing;

// Until every collector has run and rules have their ranges' first samples.
constexpr int kWarmTicks = 70;

std::vector<collectors::CollectorDescriptor> tick_table() {
  std::vector<collectors::CollectorDescriptor> table;
  for (const auto& descriptor : collectors::collector_table())
    if (descriptor.lane == collectors::Lane::Tick && descriptor.name != "timex" &&
        descriptor.name != "time" && descriptor.name != "process" && descriptor.name != "services")
      table.push_back(descriptor);
  return table;
}

struct Bench {
  Bench() {
    if (!plan || !store) throw std::runtime_error("no plan or no store");
    collectors::CollectionOptions options = plan->collection;
    const std::string fixtures = std::string(LAPWING_SOURCE_DIR) + "/tests/fixtures/host";
    options.paths = {fixtures + "/proc", fixtures + "/sys", fixtures + "/root"};
    collection = std::make_unique<collectors::Collection>(
        std::move(options),
        collectors::Collection::Surroundings{
            .appender = **store,
            .watermark = watermark,
            .clock = clock,
            .log = log,
            .registry = registry,
            .snapshots = [this](auto snapshot) { newest.publish(std::move(snapshot)); },
            .send = [](auto, auto) {},
            .wake = [] {},
            .table = table});
    rules = std::make_unique<alerting::Rules>(
        alerting::RulesContext{**store, **store, engine, watermark, clock, log, registry},
        [](auto) { return true; });
    rules->apply({plan->rule_groups, {}, "http://localhost"});
    for (int i = 0; i < kWarmTicks; ++i) tick();
    for (int i = 0; i < 2; ++i) evaluate();
  }

  void tick() {
    clock.advance(std::chrono::seconds(1));
    collection->step(clock.now());
    (*store)->step(clock.now());
  }
  void evaluate() { rules->evaluate_all(clock.now()); }
  std::size_t page() const {
    return exposition::render(newest.snapshots(), clock.now(), exposition::Format{}).size();
  }
  std::size_t series() const { return (*store)->status()->series; }

  testing::TemporaryDirectory folder;
  testing::FakeClock clock;
  Log log{LogLevel::Error, [](LogLevel, std::string_view) {}};
  metrics::Registry registry;
  Watermark watermark;
  Result<app::Plan> plan = app::read_plan({}, {}, "host");
  Result<std::unique_ptr<tsdb::Store>> store =
      tsdb::Store::open({.folder = folder / "tsdb"}, clock, log, registry);
  std::vector<collectors::CollectorDescriptor> table = tick_table();
  exposition::NewestBatches newest{registry};
  promql::Engine engine{{}, clock};
  std::unique_ptr<collectors::Collection> collection;
  std::unique_ptr<alerting::Rules> rules;
};

}  // namespace

// What callgrind collects (--toggle-collect); gives the bytes of all pages.
extern "C" __attribute__((noinline)) std::size_t measured(Bench& bench, std::string_view what,
                                                          int number) {
  std::size_t bytes = 0;
  for (int i = 0; i < number; ++i) {
    if (what == "ticks") bench.tick();
    if (what == "rules") bench.evaluate();
    if (what == "page") bytes += bench.page();
  }
  return bytes;
}

int main(int count, char** words) {
  if (count != 3 || std::atoi(words[2]) <= 0) return 2;
  const int number = std::atoi(words[2]);
  Bench bench;
  const std::uint64_t before = testing::allocation_count();
  const std::size_t bytes = measured(bench, words[1], number);
  std::printf("series %zu\nallocations %.1f\nbytes %zu\n", bench.series(),
              double(testing::allocation_count() - before) / number, bytes / std::size_t(number));
  return 0;
}

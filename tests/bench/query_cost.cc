// query_cost: asks the API's handlers (query, query_range: engine, answer and JSON, no sockets) on
// a real store with a clock of its own, so that callgrind counts the same instructions in every
// run.
//
//   query_cost NAME NUMBER     prints the answer's bytes, and allocations of each of the NUMBER
//
// Series `c` came second by second from a source of ours, `p` minute by minute from somebody who
// pushes; both are in memory alone. `m` are six hours on disk, with minutes.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "agent/exposition/newest_batches.h"
#include "agent/promql/engine.h"
#include "agent/tsdb/store.h"
#include "dashboard/api/handlers.h"
#include "tests/support/allocation_count.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temporary_directory.h"

namespace {

using namespace lapwing;

constexpr std::size_t kSeries = 1000;
constexpr Timestamp kStart = from_millis(1'700'006'400'000);  // a whole hour
constexpr Duration kDisk = 6h;
constexpr Duration kMemory = 7min;
constexpr Timestamp kEnd = kStart + kDisk + kMemory;

struct Case {
  std::string_view name;
  std::string_view metric;
  std::string_view query;
  Timestamp from = kEnd;
  Duration step{};  ///< zero: instant, at kEnd
};

constexpr Timestamp kDiskEnd = kStart + kDisk;
constexpr Case kCases[] = {
    {"rate_collected", "c", "rate(c[5m])"},
    {"rate_pushed", "p", "rate(p[5m])"},
    {"sum_collected", "c", "sum by (mode) (rate(c[5m]))"},
    {"alert", "c", R"(rate(c{grp="0",cpu="0",mode="user"}[5m]) > 0.5)"},
    {"newest", "c", "c"},
    {"range_rate", "m", R"(rate(m{grp="0"}[5m]))", kStart + 10min, 1min},
    {"range_sum", "m", "sum by (mode) (rate(m[1m]))", kStart + 10min, 1min},
    {"range_avg", "m", R"(avg_over_time(m{grp="0"}[10m]))", kStart + 10min, 1min},
    {"range_topk", "m", "topk(5, rate(m[5m]))", kStart + 10min, 1min},
};

/// Counters that rise by tenths to hundreds a second, as query.py's.
struct Counters {
  Counters(std::size_t count, unsigned seed) : random(seed) {
    constexpr double kRates[] = {0, 0, 0.001, 0.02, 0.1, 0.8};
    for (std::size_t i = 0; i < count; ++i) {
      levels.push_back(uniform() * 1e5);
      rates.push_back(kRates[random() % std::size(kRates)]);
    }
    values.resize(count);
  }
  double uniform() { return double(random()) / 4294967296.0; }
  void advance() {
    for (std::size_t i = 0; i < levels.size(); ++i) {
      if (rates[i] > 0) levels[i] += rates[i] * (0.5 + uniform());
      values[i] = std::round(levels[i] * 100) / 100;
    }
  }

  std::mt19937 random;
  std::vector<double> levels, rates, values;
};

struct Bench {
  explicit Bench(const Case& one) {
    if (!store) throw std::runtime_error(store.error().message);
    if (one.step == Duration{}) {
      write(one.metric, kDiskEnd, kMemory, one.metric == "p");
    } else {
      write(one.metric, kStart, kDisk, true);
      if (!(*store)->flush_all(clock.now())) throw std::runtime_error("flush");
    }
  }

  std::vector<SeriesRef> resolve(std::string_view name) {
    constexpr std::string_view kModes[] = {"user", "nice",    "system", "idle",  "iowait",
                                           "irq",  "softirq", "steal",  "guest", "guest_nice"};
    std::vector<SeriesRef> refs;
    for (std::size_t i = 0; i < kSeries; ++i)
      refs.push_back(*(*store)->resolve(Labels{{"__name__", name},
                                               {"job", "app"},
                                               {"grp", std::to_string(i / 100)},
                                               {"cpu", std::to_string(i / 10 % 10)},
                                               {"mode", kModes[i % 10]}},
                                        SeriesKind::Unknown));
    return refs;
  }

  void write(std::string_view name, Timestamp from, Duration length, bool pushed) {
    const std::vector<SeriesRef> refs = resolve(name);
    const SourceRef source = pushed ? kNoSource : (*store)->source(name);
    Counters counters(kSeries, 42);
    for (Timestamp time = from + 1s; time <= from + length; time += 1s) {
      counters.advance();
      clock.set(time);
      const std::vector<Timestamp> times(pushed ? kSeries : 0, time);
      (*store)->append({.source = source,
                        .time = time,
                        .refs = refs,
                        .values = counters.values,
                        .times = times});
    }
  }

  std::size_t ask(const Case& one) {
    http::Request request;
    request.method = "GET";
    request.parameters = {{"query", std::string(one.query)}};
    const auto seconds = [](Timestamp time) { return std::to_string(to_millis(time) / 1000); };
    if (one.step == Duration{}) {
      request.parameters.emplace_back("time", seconds(kEnd));
    } else {
      request.parameters.emplace_back("start", seconds(one.from));
      request.parameters.emplace_back("end", seconds(kDiskEnd));
      request.parameters.emplace_back("step", std::to_string(one.step / Duration(1s)));
    }
    const http::Response response = one.step == Duration{}
                                        ? dashboard::api::query(dependencies, request)
                                        : dashboard::api::query_range(dependencies, request);
    if (response.status != 200) throw std::runtime_error(response.body);
    return response.body.size();
  }

  testing::TemporaryDirectory folder;
  testing::FakeClock clock{kStart};
  Log log{LogLevel::Error, [](LogLevel, std::string_view) {}};
  metrics::Registry registry;
  Result<std::unique_ptr<tsdb::Store>> store =
      tsdb::Store::open({.folder = folder / "tsdb", .bulk = true}, clock, log, registry);
  exposition::NewestBatches newest{registry};
  promql::Engine engine{{}, clock};
  dashboard::Dependencies dependencies{.source = **store,
                                       .engine = engine,
                                       .clock = clock,
                                       .log = log,
                                       .registry = registry,
                                       .collection = {},
                                       .metadata = {},
                                       .store = {},
                                       .alerting = {},
                                       .newest_batches = newest,
                                       .reload = {},
                                       .ready = {},
                                       .configuration = {},
                                       .runtime = {},
                                       .build = {}};
};

}  // namespace

// What callgrind collects (--toggle-collect); gives the bytes of all answers.
extern "C" __attribute__((noinline)) std::size_t measured(Bench& bench, const Case& one,
                                                          int number) {
  std::size_t bytes = 0;
  for (int i = 0; i < number; ++i) bytes += bench.ask(one);
  return bytes;
}

int main(int count, char** words) {
  if (count != 3 || std::atoi(words[2]) <= 0) return 2;
  const int number = std::atoi(words[2]);
  for (const Case& one : kCases) {
    if (one.name != words[1]) continue;
    Bench bench(one);
    bench.ask(one);  // what is loaded on first use
    const std::uint64_t before = testing::allocation_count();
    const std::size_t bytes = measured(bench, one, number);
    std::printf("allocations %.1f\nbytes %zu\n",
                double(testing::allocation_count() - before) / number, bytes / std::size_t(number));
    return 0;
  }
  return 2;
}

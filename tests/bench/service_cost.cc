// service_cost: ticks of the collector of services on a /proc that a script has composed, so that
// callgrind counts the same instructions in every run. Time is the program's own. A sixth of the
// processes runs each second: what has not run is hardly looked at.
//
//   service_cost FOLDER NUMBER      prints series, processes read and ticks measured
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "collectors/registry.h"
#include "collectors/services/service_directory.h"
#include "tests/support/fake_clock.h"

namespace {

using namespace lapwing;

// Until every process was read and the busiest are known.
constexpr int kWarmTicks = 40;

struct Bench {
  explicit Bench(const std::string& folder)
      : paths{folder + "/proc", folder + "/sys", folder + "/root"} {
    for (int i = 0; i < kWarmTicks; ++i) tick();
  }
  void begin_tick() {
    clock.advance(std::chrono::seconds(1));
    constexpr int kParts = 6;
    ++second;
    for (const auto& [pid, process] : directory->processes()) {
      if (pid % kParts != second % kParts) continue;
      std::ofstream file(paths.in_proc(std::to_string(pid) + "/schedstat"));
      file << pid * 1000000 << ' ' << pid * 777 << ' ' << second << '\n';
    }
    writer.begin();
  }
  void tick() {
    begin_tick();
    if (!collector->collect(writer)) std::exit(1);
  }

  int second = 0;
  collectors::HostPaths paths;
  testing::FakeClock clock;
  metrics::Registry registry;
  std::shared_ptr<collectors::services::ServiceDirectory> directory =
      std::make_shared<collectors::services::ServiceDirectory>(
          paths, collectors::services::ServicesOptions{});
  collectors::CollectorContext context{paths, clock, directory};
  collectors::CollectorSettings settings;
  std::unique_ptr<collectors::Collector> collector =
      collectors::find_collector("services")->make({context, settings, registry});
  collectors::MetricWriter writer{100'000};
};

}  // namespace

// What callgrind collects (--toggle-collect).
extern "C" __attribute__((noinline)) void measured(collectors::Collector& collector,
                                                   collectors::MetricWriter& writer) {
  if (!collector.collect(writer)) std::exit(1);
}

int main(int count, char** words) {
  if (count != 3 || std::atoi(words[2]) <= 0) return 2;
  Bench bench(words[1]);
  for (int i = 0; i < std::atoi(words[2]); ++i) {
    bench.begin_tick();
    measured(*bench.collector, bench.writer);
  }
  std::printf("series %zu\nprocesses %zu\n", bench.writer.size(),
              bench.directory->processes().size());
  return 0;
}

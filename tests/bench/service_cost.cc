// service_cost: ticks of the collector of services on a /proc that a script has composed, so that
// callgrind counts the same instructions in every run. Time is the program's own.
//
//   service_cost FOLDER NUMBER      prints series, processes read and ticks measured
#include <cstdio>
#include <cstdlib>
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
      : paths{folder + "/proc", folder + "/sys", folder + "/root"}, directory(paths, {}) {
    for (int i = 0; i < kWarmTicks; ++i) tick();
  }
  void tick() {
    clock.advance(std::chrono::seconds(1));
    writer.begin();
    if (!collector->collect(writer)) std::exit(1);
  }

  collectors::HostPaths paths;
  testing::FakeClock clock;
  metrics::Registry registry;
  collectors::services::ServiceDirectory directory;
  collectors::CollectorContext context{paths, clock, &directory};
  collectors::CollectorSettings settings;
  std::unique_ptr<collectors::Collector> collector =
      collectors::find_collector("services")->make({context, settings, registry});
  collectors::MetricWriter writer{100'000};
};

}  // namespace

// What callgrind collects (--toggle-collect).
extern "C" __attribute__((noinline)) void measured(Bench& bench, int number) {
  for (int i = 0; i < number; ++i) bench.tick();
}

int main(int count, char** words) {
  if (count != 3 || std::atoi(words[2]) <= 0) return 2;
  Bench bench(words[1]);
  measured(bench, std::atoi(words[2]));
  std::printf("series %zu\nprocesses %zu\n", bench.writer.size(),
              bench.directory.processes().size());
  return 0;
}

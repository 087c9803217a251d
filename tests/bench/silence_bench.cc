// What silences cost: N silences, N alerts, each alert asked for twice. CPU seconds, so that the
// machine's load does not count.
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "alerting/notify/silence.h"

using namespace lapwing;
using namespace lapwing::alerting;

namespace {

double cpu_seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return double(time.tv_sec) + double(time.tv_nsec) / 1e9;
}

}  // namespace

int main(int argc, char** argv) {
  const int count = argc > 1 ? std::atoi(argv[1]) : 10'000;
  const Timestamp now = from_millis(1'700'000'000'000);
  int made = 0;
  std::vector<Silence> kept;
  for (int i = 0; i < count; ++i) {
    Silence silence;
    silence.id = std::to_string(made++);
    silence.matchers =
        parse_matchers("alertname=\"A" + std::to_string(i) + "\",instance=~\"h.*\"").value();
    silence.starts_at = now;
    silence.ends_at = now + 1h;
    kept.push_back(std::move(silence));
  }
  const Silences silences(std::move(kept));
  std::vector<Labels> alerts;
  for (int i = 0; i < count; ++i)
    alerts.push_back(Labels{{"alertname", "A" + std::to_string(i)}, {"instance", "h1"}});
  std::size_t silenced = 0;
  for (const char* const round : {"first", "again"}) {
    const double began = cpu_seconds();
    for (const Labels& labels : alerts) silenced += silences.silencing(labels, now + 1s).size();
    std::printf("%s %d silences x %d alerts: %.6f CPU s\n", round, count, count,
                cpu_seconds() - began);
  }
  return silenced == 2U * std::size_t(count) ? 0 : 1;
}

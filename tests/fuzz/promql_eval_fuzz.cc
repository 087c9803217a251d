// Any query over a small store, instant and as a range: an answer or an error, within limits.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "agent/promql/engine.h"
#include "tests/agent/promql/script.h"
#include "tests/support/fake_clock.h"
#include "tests/support/memory_store.h"

namespace {

void fill(lapwing::testing::MemoryStore& store) {
  for (const char* line : {
           R"(a{x="1",y="p"} 0+1x8 2+3x8)",
           R"(a{x="2",y="p"} 5 _x3 NaN Inf -Inf stale 4x6)",
           R"(b{x="1"} 1e300x12)",
           R"(h_bucket{le="1"} 0+2x12)",
           R"(h_bucket{le="+Inf"} 0+1x12)",
           R"({"dotted.name"} 1 _x5 2)",
       }) {
    const auto series = lapwing::promql::testing::parse_series_line(line);
    for (std::size_t i = 0; i < series.values.size(); ++i)
      if (!series.gaps[i])
        store.add(series.labels, lapwing::from_millis(15'000 * std::int64_t(i)), series.values[i]);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lapwing;
  const auto expression =
      promql::Expression::parse(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!expression) return 0;
  lapwing::testing::MemoryStore store;
  fill(store);
  const lapwing::testing::FakeClock clock;
  promql::EngineOptions options;
  options.sample_limit = 100'000;
  options.point_limit = 100'000;
  const promql::Engine engine(options, clock);
  const auto instant = engine.instant(store, *expression, from_millis(120'000));
  const auto range = engine.range(store, *expression, from_millis(0), from_millis(240'000), 20s);
  return 0;
}

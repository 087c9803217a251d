// Any query over any small store, instant and as ranges, from samples and from minutes: an answer
// or an error, within limits. The input is a query; what follows a NUL in it becomes samples.
#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

#include "agent/promql/engine.h"
#include "tests/agent/promql/minute_source.h"
#include "tests/agent/promql/script.h"
#include "tests/support/fake_clock.h"
#include "tests/support/memory_store.h"

namespace {

using namespace lapwing;

void fill(lapwing::testing::MemoryStore& store) {
  for (const char* line : {
           R"(a{x="1",y="p"} 0+1x8 2+3x8)",
           R"(a{x="2",y="p"} 5 _x3 NaN Inf -Inf stale 4x6)",
           R"(b{x="1"} 1e300x12)",
           R"(h_bucket{le="1"} 0+2x12)",
           R"(h_bucket{le="+Inf"} 0+1x12)",
           R"({"dotted.name"} 1 _x5 2)",
       }) {
    const auto series = promql::testing::parse_series_line(line);
    for (std::size_t i = 0; i < series.values.size(); ++i)
      if (!series.gaps[i])
        store.add(series.labels, from_millis(15'000 * std::int64_t(i)), series.values[i]);
  }
}

/// Series of the names that the corpus's queries have; each of two bytes, or ten, is a sample.
class AnyData {
 public:
  explicit AnyData(std::string_view bytes) : rest_(bytes) {}

  void fill(lapwing::testing::MemoryStore& store) {
    for (std::size_t i = 0; !rest_.empty(); ++i) {
      const Labels labels = Labels::from({{"__name__", kNames[i % kNames.size()]},
                                          {"job", i % 2 == 0 ? "api" : "web"},
                                          {"le", kBounds[i % kBounds.size()]}});
      Timestamp time = from_millis(0);
      for (int left = byte() % 64; left > 0 && !rest_.empty(); --left) {
        time += Duration(kGaps[byte() % kGaps.size()]);
        store.add(labels, time, value());
      }
    }
  }

 private:
  static constexpr std::array<std::string_view, 7> kNames = {
      "requests_total", "noise", "latency_bucket", "build_info", "limits", "noise", "target_info"};
  static constexpr std::array<std::string_view, 5> kBounds = {"0.1", "1", "+Inf", "-1", "x"};
  static constexpr std::array<std::int64_t, 8> kGaps = {1,      1'000,  15'000,  15'001,
                                                        60'000, 61'000, 300'000, 3'600'000};

  std::uint8_t byte() {
    if (rest_.empty()) return 0;
    const auto first = std::uint8_t(rest_[0]);
    rest_.remove_prefix(1);
    return first;
  }

  double value() {
    using limits = std::numeric_limits<double>;
    const std::uint8_t code = byte();
    if (code < 240) return last_ += double(code) - 60;  // counters fall at times
    if (code < 250) return last_ += 0.1 * double(code - 240);
    constexpr std::array<double, 5> kOdd = {limits::quiet_NaN(), limits::infinity(),
                                            -limits::infinity(), limits::max(),
                                            limits::denorm_min()};
    if (code < 255) return kOdd[code - 250];
    std::uint64_t bits = 0;
    for (int i = 0; i < 8; ++i) bits = bits << 8 | byte();
    return std::bit_cast<double>(bits);
  }

  std::string_view rest_;
  double last_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t end_of_query = std::min(input.find('\0'), size);
  const auto expression = promql::Expression::parse(input.substr(0, end_of_query));
  if (!expression) return 0;
  lapwing::testing::MemoryStore store;
  fill(store);
  if (end_of_query < size) AnyData(input.substr(end_of_query + 1)).fill(store);
  const promql::testing::MinuteSource minutes(store);
  const lapwing::testing::FakeClock clock;
  promql::EngineOptions options;
  options.sample_limit = 100'000;
  options.point_limit = 100'000;
  const promql::Engine engine(options, clock);
  const auto instant = engine.instant(store, *expression, from_millis(120'000));
  const auto range = engine.range(store, *expression, from_millis(0), from_millis(240'000), 20s);
  const auto uneven =
      engine.range(minutes, *expression, from_millis(60'000), from_millis(1'810'000), 1min);
  return 0;
}

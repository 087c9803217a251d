// Whole minutes in place of samples, folds shared between windows, parts shared between operands:
// each must say what the plain way says.
#include <catch2/catch.hpp>

#include <cmath>
#include <limits>

#include "agent/promql/engine.h"
#include "tests/agent/promql/minute_source.h"
#include "tests/support/fake_clock.h"

using namespace lapwing;
using namespace lapwing::promql;
using lapwing::promql::testing::MinuteSource;

namespace {

constexpr std::int64_t kBegin = 1'699'999'980'000;  // a whole minute

struct Fixture {
  lapwing::testing::MemoryStore store;
  lapwing::testing::FakeClock clock;
  MinuteSource source{store};
  EngineOptions options{};

  /// An hour at 7 s: resets in and between minutes, a gap, a stale marker, fractions.
  Fixture() {
    double value = 5;
    for (int i = 0; i < 515; ++i) {
      const Timestamp time = from_millis(kBegin + i * 7'000);
      value = i % 83 == 82 ? 1 : value + i % 5;
      if (i < 100 || i > 190) add("c_total", time, value);
      add("whole", time, double(i * 37 % 101));
      add("parts", time, 0.1 * double(i * 37 % 101) - 3);
      add("odd", time, i == 300 ? std::numeric_limits<double>::quiet_NaN() : double(i % 60));
    }
    add("parts", from_millis(kBegin + 3'700'000), kStaleMarker);
  }
  void add(std::string_view name, Timestamp time, double number) {
    store.add({{"__name__", name}, {"host", "a"}}, time, number);
    store.add({{"__name__", name}, {"host", "b"}}, time + 1s, number * 2);
  }

  Matrix range(std::string_view text, Duration step = 1min, QueryContext context = {}) const {
    const auto answer =
        Engine(options, clock)
            .range(source, Expression::parse(text).value(), from_millis(kBegin + 600'000),
                   from_millis(kBegin + 3'600'000), step, context);
    if (!answer) throw std::runtime_error(answer.error().message);
    return std::get<Matrix>(answer->value);
  }
};

bool near(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
  return a == b || std::fabs(a - b) <= 1e-13 * std::max(std::fabs(a), std::fabs(b));
}

void check_equal(const Matrix& a, const Matrix& b) {
  REQUIRE(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    CHECK(a[i].labels == b[i].labels);
    REQUIRE(a[i].samples.times == b[i].samples.times);
    for (std::size_t k = 0; k < a[i].samples.size(); ++k) {
      CAPTURE(k, a[i].samples.values[k], b[i].samples.values[k]);
      CHECK(near(a[i].samples.values[k], b[i].samples.values[k]));
    }
  }
}

}  // namespace

TEST_CASE("minutes: give what the samples give") {
  Fixture f;
  for (const std::string function :
       {"rate", "increase", "delta", "count_over_time", "min_over_time", "max_over_time",
        "first_over_time", "last_over_time", "present_over_time", "sum_over_time", "avg_over_time",
        "ts_of_first_over_time", "ts_of_last_over_time"}) {
    for (const std::string metric : {"c_total", "whole", "odd"}) {
      for (const std::string window :
           {"[5m]", "[1m]", "[20m]", "[5m] offset 2m", "[20m] @ end()"}) {
        const std::string text = function + "(" + metric + window + ")";
        CAPTURE(text);
        f.source.minutes_given = true;
        f.source.minute_reads = 0;
        const Matrix with = f.range(text, 2min);
        // Sums of a column with NaN are not exact; the fixture's source says so.
        CHECK(f.source.minute_reads == 2);
        f.source.minutes_given = false;
        check_equal(with, f.range(text, 2min));
      }
    }
  }
}

TEST_CASE("minutes: are not asked for where windows cut them") {
  const Fixture f;
  f.range("rate(c_total[5m])", 47s);
  f.range("rate(c_total[90s])");
  f.range("rate(c_total[5m] offset 30s)");
  f.range("quantile_over_time(0.5, whole[5m])");
  CHECK(f.source.minute_reads == 0);
  CHECK(f.source.sample_reads == 8);
}

TEST_CASE("minutes: sums that are not exact serve where no terms cancel") {
  Fixture f;
  for (int i = 0; i < 515; ++i) {
    f.add("decimals", from_millis(kBegin + i * 7'000), 0.1 * double(i * 37 % 101));
    f.add("debts", from_millis(kBegin + i * 7'000), -0.1 * double(i * 37 % 101));
    f.add("endless", from_millis(kBegin + i * 7'000),
          i == 300 ? std::numeric_limits<double>::infinity() : 0.5);
  }
  for (const std::string query : {"sum_over_time(decimals[5m])", "avg_over_time(debts[10m])"}) {
    f.source.minutes_given = true;
    const Matrix with = f.range(query);
    CHECK(f.source.sample_reads == 0);
    f.source.minutes_given = false;
    check_equal(with, f.range(query));
    f.source.sample_reads = 0;
  }
  f.source.minutes_given = true;
  f.range("avg_over_time(endless[5m])");
  CHECK(f.source.sample_reads == 2);
}

TEST_CASE("minutes: sums that are not exact and may cancel come from samples") {
  const Fixture f;
  f.range("sum_over_time(parts[5m])");
  CHECK(f.source.sample_reads == 2);
  f.range("max_over_time(parts[5m])");
  CHECK(f.source.sample_reads == 2);
}

TEST_CASE("samples looked at: are those of every step's windows, by minutes or not") {
  Fixture f;
  const auto counts = [&](std::string_view text) {
    const auto answer =
        Engine(f.options, f.clock)
            .range(f.source, Expression::parse(text).value(), from_millis(kBegin + 600'000),
                   from_millis(kBegin + 1'200'000), 5min, {.count_samples = true});
    if (!answer) throw std::runtime_error(answer.error().message);
    return answer->stats.samples_at_step;
  };
  using Counts = std::vector<std::uint64_t>;
  // Two series at 7 s, the second one a second later.
  CHECK(counts("whole") == Counts{2, 2, 2});
  CHECK(counts("whole + whole") == Counts{4, 4, 4});
  const Counts by_minutes = counts("rate(whole[5m])");
  f.source.minutes_given = false;
  CHECK(counts("rate(whole[5m])") == by_minutes);
  CHECK(by_minutes == Counts{86, 86, 86});
  CHECK(counts("max_over_time(whole[5m:1m])") == Counts{10, 10, 10});
  CHECK(counts("sum(whole @ 1699999990)") == Counts{2, 2, 2});
  CHECK(counts("max_over_time(sum(whole)[5m:1m])") == Counts{5, 5, 5});
  CHECK(counts("absent_over_time(sum(whole)[5m:1m])") == Counts{5, 5, 5});
  CHECK(counts("vector(scalar(sum(whole)))") == Counts{2, 2, 2});
  CHECK(counts("timestamp(whole)") == Counts{2, 2, 2});
  CHECK(counts("1 + 1") == Counts{0, 0, 0});
}

TEST_CASE("folds: windows of whole steps and others agree") {
  Fixture f;
  f.source.minutes_given = false;
  for (const std::string function :
       {"sum_over_time", "avg_over_time", "min_over_time", "max_over_time"}) {
    for (const std::string metric : {"parts", "whole", "odd", "c_total"}) {
      CAPTURE(function, metric);
      const Matrix folded = f.range(function + "(" + metric + "[5m])", 50s);
      // 299.999 s hold the same samples but are no whole number of steps.
      check_equal(folded, f.range(function + "(" + metric + "[299999ms])", 50s));
    }
  }
}

TEST_CASE("folds: infinities and overflow go the plain way") {
  Fixture f;
  for (int i = 0; i < 500; ++i)
    f.add("big", from_millis(kBegin + i * 7'000), i == 250 ? 1.7e308 : i % 2 ? 1.5e308 : -1e308);
  const Matrix folded = f.range("avg_over_time(big[5m])", 50s);
  check_equal(folded, f.range("avg_over_time(big[299999ms])", 50s));
}

TEST_CASE("repeated parts: are read once, and notes are the last one's") {
  const Fixture f;
  const auto expression =
      Expression::parse("sum(rate(whole[5m])) / sum(rate(whole[5m])) + rate(whole[2m])").value();
  const auto answer = Engine(f.options, f.clock)
                          .range(f.source, expression, from_millis(kBegin + 600'000),
                                 from_millis(kBegin + 1'200'000), 1min);
  REQUIRE(answer.ok());
  CHECK(f.source.selects == 2);
  REQUIRE(answer->infos.size() == 1);
  CHECK(answer->infos[0].ends_with("\"whole\" (1:52)"));
}

TEST_CASE("repeated parts: of different grids are different") {
  const Fixture f;
  const Matrix plain = f.range("max_over_time(whole[10m:1m])");
  const Matrix both = f.range("max_over_time(whole[10m:1m]) + 0 * whole");
  check_equal(f.range("max_over_time(whole[10m:1m]) + 0 * (1 + (whole * 0))"),
              f.range("max_over_time(whole[10m:1m]) * 1"));
  CHECK(plain.size() == both.size());
}

TEST_CASE("coarse data: the answer says so") {
  Fixture f;
  f.source.coarsest = 1min;
  const auto answer =
      Engine(f.options, f.clock)
          .instant(f.source, Expression::parse("1 + whole").value(), from_millis(kBegin + 600'000));
  REQUIRE(answer.ok());
  REQUIRE(answer->infos.size() == 1);
  CHECK(answer->infos[0] ==
        "PromQL info: the answer is coarser than asked: samples older than the raw tier are kept "
        "every 1m (1:5)");
}

TEST_CASE("ends: a single window's give what the samples give") {
  Fixture f;
  std::size_t values = 0;
  for (const std::string function : {"rate", "increase", "delta"})
    for (const std::string metric : {"c_total", "whole", "parts", "odd"})
      for (const std::string window : {"8s", "50s", "3m", "25m"})
        for (std::int64_t seconds = 300; seconds < 3'800; seconds += 317) {
          const Expression query =
              Expression::parse(function + "(" + metric + "[" + window + "])").value();
          const auto ask = [&](bool ends) {
            f.source.ends_given = ends;
            f.source.minutes_given = false;
            const auto answer = Engine(f.options, f.clock)
                                    .instant(f.source, query, from_millis(kBegin + seconds * 1000));
            REQUIRE(answer.ok());
            return std::get<Vector>(answer->value);
          };
          const Vector by_ends = ask(true), by_samples = ask(false);
          REQUIRE(by_ends.size() == by_samples.size());
          for (std::size_t i = 0; i < by_ends.size(); ++i) {
            CHECK(by_ends[i].labels == by_samples[i].labels);
            CHECK((by_ends[i].value == by_samples[i].value ||
                   (std::isnan(by_ends[i].value) && std::isnan(by_samples[i].value))));
            ++values;
          }
        }
  CHECK(f.source.ends_reads > 0);
  CHECK(values > 500);
}

TEST_CASE("ends: samples are counted and limited as if they had been read") {
  Fixture f;
  QueryContext context;
  context.count_samples = true;
  const auto ask = [&](const EngineOptions& options) {
    return Engine(options, f.clock)
        .instant(f.source, Expression::parse("rate(c_total[10m])").value(),
                 from_millis(kBegin + 3'000'000), context);
  };
  f.source.minutes_given = false;
  const auto by_ends = ask(f.options);
  REQUIRE(by_ends.ok());
  f.source.ends_given = false;
  const auto by_samples = ask(f.options);
  CHECK(by_ends->stats.samples == by_samples->stats.samples);
  CHECK(by_ends->stats.samples_at_step == by_samples->stats.samples_at_step);
  f.source.ends_given = true;
  EngineOptions few;
  few.sample_limit = 100;
  CHECK_FALSE(ask(few).ok());
}

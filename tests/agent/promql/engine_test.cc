#include "agent/promql/engine.h"

#include <catch2/catch.hpp>

#include <cmath>

#include "tests/support/fake_clock.h"
#include "tests/support/memory_store.h"

using namespace lapwing;
using namespace lapwing::promql;

namespace {

struct Fixture {
  lapwing::testing::MemoryStore store;
  lapwing::testing::FakeClock clock;
  EngineOptions options;

  Fixture() {
    for (int i = 0; i <= 100; ++i)
      for (const char* host : {"a", "b", "c"})
        store.add({{"__name__", "m_total"}, {"host", host}}, from_millis(i * 1000), i);
  }
  Result<QueryResult> instant(std::string_view text, QueryContext context = {}) const {
    return Engine(options, clock)
        .instant(store, Expression::parse(text).value(), from_millis(100'000), context);
  }
  Result<QueryResult> range(std::string_view text, QueryContext context = {}) const {
    return Engine(options, clock)
        .range(store, Expression::parse(text).value(), from_millis(0), from_millis(100'000), 10s,
               context);
  }
};

constexpr const char* kTooMany =
    "query processing would load too many samples into memory in query execution";

}  // namespace

TEST_CASE("engine: an instant query has its expression's type and its own time") {
  const Fixture f;
  CHECK(type(f.instant("1 + 1")->value) == ValueType::Scalar);
  CHECK(std::get<Scalar>(f.instant("1 + 1")->value).time == from_millis(100'000));
  CHECK(std::get<String>(f.instant("'x'")->value).text == "x");
  CHECK(std::get<Vector>(f.instant("m_total")->value).size() == 3);
  const auto matrix = f.instant("m_total[10s]");
  CHECK(std::get<Matrix>(matrix->value).at(0).samples.size() == 10);
}

TEST_CASE("engine: a range query gives a matrix, also of a scalar") {
  const Fixture f;
  const auto vector = f.range("rate(m_total[20s])");
  REQUIRE(vector.ok());
  const Matrix& matrix = std::get<Matrix>(vector->value);
  REQUIRE(matrix.size() == 3);
  CHECK(matrix[0].samples.size() == 10);  // The first step has one sample only.
  CHECK(matrix[0].samples.values.back() == Approx(1));
  CHECK(std::get<Matrix>(f.range("time()")->value).at(0).samples.size() == 11);
}

TEST_CASE("engine: a range query of a range vector or string is Invalid") {
  const Fixture f;
  CHECK(f.range("m_total[5m]").error().message ==
        "invalid expression type \"range vector\" for range query, must be Scalar or instant "
        "Vector");
  CHECK(f.range("'x'").error().kind == ErrorKind::Invalid);
}

TEST_CASE("engine: a range query with a bad grid is Invalid") {
  const Fixture f;
  const Engine engine(f.options, f.clock);
  const Expression one = Expression::parse("1").value();
  CHECK_FALSE(engine.range(f.store, one, from_millis(0), from_millis(1), Duration(0)).ok());
  CHECK_FALSE(engine.range(f.store, one, from_millis(1), from_millis(0), Duration(1)).ok());
}

TEST_CASE("engine: more samples than allowed is Invalid") {
  Fixture f;
  f.options.sample_limit = 100;
  CHECK(f.instant("rate(m_total[1m])").error().message == kTooMany);
  CHECK(f.instant("m_total{host='a'}[50s]").ok());
}

TEST_CASE("engine: more series than allowed is Invalid") {
  Fixture f;
  f.options.series_limit = 2;
  CHECK(f.instant("m_total").error().kind == ErrorKind::Invalid);
  CHECK(f.instant("m_total{host=~'a|b'}").ok());
}

TEST_CASE("engine: more points than allowed at once is Invalid") {
  Fixture f;
  f.options.point_limit = 60;
  CHECK(f.range("m_total").error().message == kTooMany);
  CHECK(f.range("sum(m_total)").ok());
  CHECK(f.range("m_total + m_total").error().message == kTooMany);
  CHECK(f.instant("max_over_time(vector(1)[1h:1s])").error().message == kTooMany);
}

TEST_CASE("engine: a query may take so much memory and no more") {
  Fixture f;
  f.options.memory_limit_bytes = 60 * 8;
  CHECK(f.range("m_total").error().message == kTooMany);
  CHECK(f.range("sum(m_total)").ok());
  CHECK(f.instant("m_total").ok());
}

TEST_CASE("engine: the clock is looked at inside long loops") {
  // Each look takes a second of the query's ten; one series has work for more looks than that.
  struct Ticking final : Clock {
    mutable std::chrono::nanoseconds now_{0};
    Timestamp now() const override { return from_millis(0); }
    std::chrono::nanoseconds monotonic() const override { return now_ += 1s; }
  };
  lapwing::testing::MemoryStore store;
  for (int i = 0; i < 2000; ++i) store.add({{"__name__", "m"}}, from_millis(i * 1000), i);
  const Ticking clock;
  QueryContext context;
  context.deadline = 10s;
  const auto result =
      Engine({}, clock).range(store, Expression::parse("stddev_over_time(m[30m])").value(),
                              from_millis(0), from_millis(2'000'000), 1s, context);
  CHECK(result.error().kind == ErrorKind::Unavailable);
}

TEST_CASE("engine: a query past its deadline or cancelled is Unavailable") {
  const Fixture f;
  QueryContext late;
  late.deadline = f.clock.monotonic();
  CHECK(f.range("m_total", late).error().kind == ErrorKind::Unavailable);
  const std::atomic<bool> cancelled = true;
  QueryContext context;
  context.cancelled = &cancelled;
  CHECK(f.instant("m_total", context).error().message ==
        "query was canceled in expression evaluation");
}

TEST_CASE("engine: the lookback can be set for a query") {
  const Fixture f;
  QueryContext context;
  context.lookback = 5s;
  CHECK(std::get<Vector>(f.instant("m_total offset -4s", context)->value).size() == 3);
  CHECK(std::get<Vector>(f.instant("m_total offset -5s", context)->value).empty());
}

TEST_CASE("engine: a query counts what it read") {
  const Fixture f;
  const auto result = f.instant("sum(count_over_time(m_total[10s]))");
  CHECK(result->stats.series == 3);
  CHECK(result->stats.samples == 30);
}

TEST_CASE("engine: the source's error is the query's") {
  struct Broken final : SeriesSource {
    Result<std::unique_ptr<SeriesSet>> select(std::span<const Matcher>, TimeRange) const override {
      return unavailable("closed");
    }
    Result<std::vector<std::string>> label_names(std::span<const Matcher>,
                                                 TimeRange) const override {
      return unavailable("closed");
    }
    Result<std::vector<std::string>> label_values(std::string_view, std::span<const Matcher>,
                                                  TimeRange) const override {
      return unavailable("closed");
    }
  };
  const lapwing::testing::FakeClock clock;
  const auto result =
      Engine({}, clock).instant(Broken(), Expression::parse("up").value(), from_millis(0));
  CHECK(result.error().kind == ErrorKind::Unavailable);
  CHECK(result.error().message == "closed");
}

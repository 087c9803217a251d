#include "agent/promql/repeated_parts.h"

#include <catch2/catch.hpp>

#include "agent/promql/ast.h"
#include "agent/promql/expression.h"

using namespace lapwing::promql;

namespace {

/// How often each part comes, and each range selector, both sorted.
struct Counts {
  std::vector<std::size_t> parts;
  std::vector<std::size_t> ranges;
  friend bool operator==(const Counts&, const Counts&) = default;
};

Counts counts(const char* text) {
  const auto expression = Expression::parse(text);
  REQUIRE(expression.ok());
  Counts found;
  if (const RepeatedParts* common = expression->repeated_parts()) {
    for (const RepeatedParts::Part& part : common->parts) found.parts.push_back(part.count);
    found.ranges = common->ranges;
  }
  std::ranges::sort(found.parts);
  std::ranges::sort(found.ranges);
  return found;
}

}  // namespace

TEST_CASE("repeated parts: nothing that comes once is one") {
  CHECK(Expression::parse("rate(a[5m]) / rate(b[5m])")->repeated_parts() == nullptr);
  CHECK(Expression::parse("a / on(x) b + 1 + 1")->repeated_parts() == nullptr);
  CHECK(Expression::parse("1 + 1")->repeated_parts() == nullptr);
}

TEST_CASE("repeated parts: equal parts are counted, whatever is inside of them once") {
  CHECK(counts("a / (a + b)") == Counts{{2}, {}});
  CHECK(counts("rate(a[5m]) > 1 and rate(a[5m]) < 9") == Counts{{2}, {}});
  CHECK(counts("sum(rate(a[5m])) / sum(rate(a[5m])) * sum(rate(a[5m]))") == Counts{{3}, {}});
  CHECK(counts("a{x=\"1\"} + a{x=\"2\"}") == Counts{});
  CHECK(counts("(a) + ((a))") == Counts{{2}, {}});
}

TEST_CASE("repeated parts: a range selector below several functions") {
  CHECK(counts("max_over_time(a[5m]) - min_over_time(a[5m])") == Counts{{}, {2}});
  CHECK(counts("max_over_time(a[5m]) - min_over_time(a[6m])") == Counts{});
  // A part that comes twice selects once, and the node that is evaluated knows of it.
  const auto both = Expression::parse("rate(a[5m]) + rate(a[5m]) + max_over_time(a[5m])");
  const RepeatedParts& common = *both->repeated_parts();
  REQUIRE(common.parts.size() == 1);
  CHECK(common.ranges == std::vector<std::size_t>{2});
  CHECK(common.range_of.size() == 3);
  const Node& rate = *common.parts[0].last;
  CHECK(common.range_of.contains(std::get<Call>(rate.form).arguments[0].get()));
}

TEST_CASE("repeated parts: live as long as a copy of their expression") {
  const RepeatedParts* common = nullptr;
  std::unique_ptr<Expression> copy;
  {
    const auto expression = Expression::parse("a + a");
    common = expression->repeated_parts();
    copy = std::make_unique<Expression>(*expression);
  }
  CHECK(copy->repeated_parts() == common);
  CHECK(common->parts[0].count == 2);
}

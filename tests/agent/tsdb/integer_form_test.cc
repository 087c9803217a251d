#include "agent/tsdb/integer_form.h"

#include <catch2/catch.hpp>

#include "tests/agent/tsdb/doubles.h"

using namespace lapwing::tsdb;
using namespace lapwing::tsdb::testing;

namespace {

Form form_of(const std::vector<double>& values) {
  std::vector<std::int64_t> integers;
  std::vector<Misfit> misfits;
  return find_integers(values, integers, misfits);
}

}  // namespace

TEST_CASE("integer form: what exporters compute is found") {
  CHECK(form_of({1, 2, 1e15}) == 0);
  CHECK(form_of({0.5, 1.5}) == 1);
  CHECK(form_of({0.01, 12.34}) == 2);
  std::vector<double> products, quotients;
  for (int k = 1; k < 300; ++k) {
    products.push_back(k * 0.001);
    quotients.push_back((41534057 + 61 * k) / 1000.0 / 1000.0);
  }
  CHECK(form_of(products) == 13);
  CHECK(form_of(quotients) == 16);
  CHECK(form_of({0.001707196, 0.0027992949999999998}) == 9);
  CHECK(form_of({1.0 / 3, 1.0 / 7, 1e-300}) == kBitsForm);
}

TEST_CASE("integer form: single values that do not fit are kept beside the rest") {
  std::vector<double> values(200, 0.25);
  values[0] = lapwing::kStaleMarker;
  values[100] = -0.0;
  std::vector<std::int64_t> integers;
  std::vector<Misfit> misfits;
  CHECK(find_integers(values, integers, misfits) == 2);
  REQUIRE(misfits.size() == 2);
  CHECK(misfits[0].place == 0);
  CHECK(misfits[1].place == 100);
  CHECK(integers == std::vector<std::int64_t>(200, 25));
}

TEST_CASE("integer form: whole columns come back as single integers do") {
  for (Form form = 0; form < kForms; ++form) {
    std::vector<std::int64_t> integers = {0, 1, -1, 123456789, -987654321, 1LL << 50, -(1LL << 62)};
    std::vector<double> column(integers.size()), single;
    from_integers(integers, form, column.data());
    for (const std::int64_t integer : integers) single.push_back(from_integer(integer, form));
    CHECK(same_bits(column, single));
  }
}

TEST_CASE("integer form: levels over a base become what their integers mean") {
  std::mt19937_64 random(2);
  for (Form form = 0; form < kForms; ++form) {
    for (const std::uint64_t divisor : {1ull, 3ull, 64ull, 4096ull, 1ull << 40, ~0ull}) {
      for (const unsigned bits : {20u, 51u, 64u}) {  // the last: beyond what goes by vectors
        const std::int64_t base = std::int64_t(random()) >> (64 - bits);
        std::vector<std::uint64_t> levels;
        std::vector<double> single, column(7);
        for (std::size_t i = 0; i < column.size(); ++i) {
          levels.push_back(random() >> (64 - bits));
          single.push_back(
              from_integer(std::int64_t(std::uint64_t(base) + divisor * levels[i]), form));
        }
        from_levels(levels, base, divisor, form, column.data());
        CHECK(same_bits(column, single));
      }
    }
  }
}

TEST_CASE("integer form: any column round-trips") {
  std::mt19937_64 random(3);
  for (int round = 0; round < 120; ++round) {
    const auto values = shaped(round % kShapes, 1 + random() % 400, random);
    std::vector<std::int64_t> integers;
    std::vector<Misfit> misfits;
    const Form form = find_integers(values, integers, misfits);
    std::vector<double> back(values.size());
    from_integers(integers, form, back.data());
    for (const Misfit& misfit : misfits) back[misfit.place] = std::bit_cast<double>(misfit.bits);
    REQUIRE(same_bits(values, back));
  }
}

#include "agent/tsdb/selections.h"

#include <catch2/catch.hpp>

using namespace lapwing;
using namespace lapwing::tsdb;

namespace {

Labels labels(const std::string& name, std::uint32_t i) {
  // Numbers that do not rise as the text does.
  return {{"__name__", name}, {"i", std::to_string(i * 7919 % 1000)}, {"half", i % 2 ? "1" : "0"}};
}

SeriesIndex filled(std::uint32_t count) {
  SeriesIndex index;
  for (std::uint32_t i = 0; i < count; ++i) REQUIRE(index.add(labels("m", i), i));
  return index;
}

/// What match() finds, by labels.
std::vector<std::uint32_t> expected(const SeriesIndex& index, std::span<const Matcher> matchers) {
  std::vector<std::pair<Labels, std::uint32_t>> found;
  index.match(matchers,
              [&](std::uint32_t number, const Labels& one) { found.emplace_back(one, number); });
  std::sort(found.begin(), found.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::uint32_t> numbers;
  for (const auto& [one, number] : found) numbers.push_back(number);
  return numbers;
}

void check(Selections& selections, const SeriesIndex& index, std::span<const Matcher> matchers) {
  const auto found = selections.find(index, matchers);
  CHECK(std::vector(found.begin(), found.end()) == expected(index, matchers));
}

}  // namespace

TEST_CASE("selections: by labels, the same however often they are asked for") {
  const SeriesIndex index = filled(100);
  const std::vector<Matcher> all = {Matcher::equal("__name__", "m")};
  const std::vector<Matcher> half = {Matcher::equal("__name__", "m"), Matcher::equal("half", "1")};
  const std::vector<Matcher> none = {Matcher::equal("__name__", "n")};
  Selections selections;
  for (int i = 0; i < 3; ++i)
    for (const auto& matchers : {all, half, none}) check(selections, index, matchers);
  CHECK(selections.find(index, all).size() == 100);
  CHECK(selections.find(index, half).size() == 50);
  CHECK(selections.find(index, none).empty());
  CHECK(selections.size() == 2);  // nothing is kept where next to nothing is looked through
}

TEST_CASE("selections: series that come and go are seen at once") {
  SeriesIndex index = filled(100);
  const std::vector<Matcher> named = {Matcher::equal("__name__", "m"), Matcher::equal("half", "0")};
  const std::vector<Matcher> any = {*Matcher::create(MatchKind::Regex, "i", "1.*")};
  Selections selections;
  for (std::uint32_t i = 100; i < 160; ++i) {
    check(selections, index, named);
    check(selections, index, any);
    if (i % 3 == 0) index.remove(labels("m", i - 100));
    if (i % 5 == 0) index.add(labels("other", i), 1000 + i);
    if (i % 2 == 0) index.add(labels("m", i), i);
  }
  // Places of what was removed are given anew.
  for (std::uint32_t i = 0; i < 160; ++i) index.remove(labels("m", i));
  check(selections, index, named);
  for (std::uint32_t i = 0; i < 100; ++i) index.add(labels("m", i), 5000 + i);
  check(selections, index, named);
  check(selections, index, any);
}

TEST_CASE("selections: what is kept has a limit, the oldest use goes first") {
  const SeriesIndex index = filled(100);
  Selections selections;
  const auto ask = [&](std::size_t i) {
    check(selections, index,
          std::vector{Matcher::equal("__name__", "m"),
                      *Matcher::create(MatchKind::NotEqual, "half", std::to_string(i))});
  };
  for (std::size_t i = 0; i < 2 * Selections::kKeptLimit; ++i) ask(i);
  CHECK(selections.size() == Selections::kKeptLimit);
  ask(2);
  ask(2 * Selections::kKeptLimit - 1);
  CHECK(selections.size() == Selections::kKeptLimit);
}

TEST_CASE("selections: one that is too large is given and not kept") {
  SeriesIndex index;
  for (std::uint32_t i = 0; i < Selections::kNumberLimit / 4 + 1; ++i)
    index.add({{"__name__", "m"}, {"i", std::to_string(i)}}, i);
  Selections selections;
  const std::vector<Matcher> all = {Matcher::equal("__name__", "m")};
  CHECK(selections.find(index, all).size() == Selections::kNumberLimit / 4 + 1);
  CHECK(selections.size() == 0);
}

#include "agent/tsdb/size_classes.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "agent/tsdb/group_format.h"
#include "agent/tsdb/size_code.h"

namespace lapwing::tsdb {
namespace {

// Few numbers do not pay for a code of their own.
constexpr std::size_t kNumbersOfClass = 1500;
constexpr int kRounds = 5;
// What a size that a class does not have yet is taken to occur.
constexpr float kUnseen = 0.02f;
constexpr float kLongestCode = 11.5f;

// A shift is looked for so far from where it was, in each round.
constexpr int kShiftStep = 2;
// To begin with the middle size of each column stands here.
constexpr std::uint8_t kMiddle = 16;

using Costs = std::array<float, 256>;  // bits of each byte

struct Used {
  std::uint8_t size = 0;
  float count = 0;
};

struct Column {
  std::vector<Used> used;  ///< the sizes that occur and how often
  float spread = 0;
};

Column column_of(const DenseBody& body) {
  SizeCounts counts{};
  for (const char size : body.sizes) ++counts[static_cast<unsigned char>(size)];
  Column column;
  for (unsigned size = 0; size < kSizes; ++size)
    if (counts[size] > 0) column.used.push_back({std::uint8_t(size), float(counts[size])});
  return column;
}

/// The column's middle size; its mean distance from there becomes known too.
std::uint8_t middle(Column& column) {
  float all = 0, seen = 0, distance = 0;
  for (const Used& one : column.used) all += one.count;
  std::uint8_t middle = 0;
  for (const Used& one : column.used) {
    middle = one.size;
    seen += one.count;
    if (seen * 2 >= all) break;
  }
  for (const Used& one : column.used) distance += one.count * std::abs(float(one.size) - middle);
  column.spread = distance / all;
  return middle;
}

float bits(const Column& column, const Costs& costs, int shift) {
  float bits = 0;
  for (const Used& one : column.used) bits += one.count * costs[std::uint8_t(one.size - shift)];
  return bits;
}

Costs costs_of(const std::vector<Column>& columns, const std::vector<SizeClass>& classes,
               std::uint8_t number) {
  Costs costs;
  costs.fill(kUnseen);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (classes[i].number != number) continue;
    for (const Used& one : columns[i].used)
      costs[std::uint8_t(one.size - classes[i].shift)] += one.count;
  }
  const float all = std::log2(std::accumulate(costs.begin(), costs.end(), 0.0f));
  for (float& cost : costs) cost = std::min(kLongestCode, all - std::log2(cost));
  return costs;
}

/// Where the column is cheapest: the class by the shift that it has, then a shift near that.
SizeClass cheapest(const Column& column, SizeClass now, const std::vector<Costs>& costs) {
  float least = std::numeric_limits<float>::max();
  SizeClass best = now;
  for (std::uint8_t number = 0; number < costs.size(); ++number) {
    for (int step = -kShiftStep; step <= kShiftStep; ++step) {
      const float cost = bits(column, costs[number], now.shift + step);
      if (cost >= least) continue;
      least = cost;
      best = {number, std::uint8_t(now.shift + step)};
    }
  }
  return best;
}

}  // namespace

std::vector<SizeClass> classify_sizes(const std::vector<const DenseBody*>& bodies) {
  std::vector<Column> columns;
  std::vector<SizeClass> classes(bodies.size());
  std::size_t numbers = 0;
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    columns.push_back(column_of(*bodies[i]));
    classes[i].shift = std::uint8_t(middle(columns[i]) - kMiddle);
    numbers += bodies[i]->sizes.size();
  }
  const std::size_t count = std::clamp<std::size_t>(numbers / kNumbersOfClass, 1, kSizeClasses);
  // To begin with by spread, as many columns in each class; then each goes where it is cheapest.
  std::vector<std::size_t> order(bodies.size());
  std::iota(order.begin(), order.end(), std::size_t(0));
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return columns[i].spread; });
  for (std::size_t i = 0; i < order.size(); ++i)
    classes[order[i]].number = std::uint8_t(i * count / order.size());
  for (int round = 0; round < kRounds; ++round) {
    std::vector<Costs> costs;
    for (std::uint8_t number = 0; number < count; ++number)
      costs.push_back(costs_of(columns, classes, number));
    for (std::size_t i = 0; i < columns.size(); ++i)
      classes[i] = cheapest(columns[i], classes[i], costs);
  }
  return classes;
}

}  // namespace lapwing::tsdb

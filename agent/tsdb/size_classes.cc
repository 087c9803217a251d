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

using Costs = std::array<float, kSizes>;  // bits

struct Used {
  std::uint8_t size = 0;
  float count = 0;
};

/// The sizes that occur and how often.
std::vector<Used> used_sizes(const DenseBody& column) {
  SizeCounts counts{};
  for (const char size : column.sizes) ++counts[static_cast<unsigned char>(size)];
  std::vector<Used> used;
  for (unsigned size = 0; size < kSizes; ++size)
    if (counts[size] > 0) used.push_back({std::uint8_t(size), float(counts[size])});
  return used;
}

float mean(const std::vector<Used>& used) {
  float sum = 0, all = 0;
  for (const Used& one : used) {
    sum += one.count * float(one.size);
    all += one.count;
  }
  return sum / all;
}

Costs costs_of(const std::vector<std::vector<Used>>& columns,
               const std::vector<std::uint8_t>& classes, std::uint8_t number) {
  Costs costs;
  costs.fill(kUnseen);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (classes[i] != number) continue;
    for (const Used& one : columns[i]) costs[one.size] += one.count;
  }
  const float all = std::log2(std::accumulate(costs.begin(), costs.end(), 0.0f));
  for (float& cost : costs) cost = std::min(kLongestCode, all - std::log2(cost));
  return costs;
}

}  // namespace

std::vector<std::uint8_t> classify_sizes(const std::vector<const DenseBody*>& bodies) {
  std::vector<std::vector<Used>> columns;
  std::vector<std::size_t> order(bodies.size());
  std::size_t numbers = 0;
  for (const DenseBody* body : bodies) {
    columns.push_back(used_sizes(*body));
    numbers += body->sizes.size();
  }
  const std::size_t count = std::clamp<std::size_t>(numbers / kNumbersOfClass, 1, kSizeClasses);
  // To begin with by mean size, as many columns in each class; then each goes where it is cheapest.
  std::iota(order.begin(), order.end(), std::size_t(0));
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return mean(columns[i]); });
  std::vector<std::uint8_t> classes(bodies.size());
  for (std::size_t i = 0; i < order.size(); ++i)
    classes[order[i]] = std::uint8_t(i * count / order.size());
  for (int round = 0; round < kRounds && count > 1; ++round) {
    std::vector<Costs> costs;
    for (std::uint8_t number = 0; number < count; ++number)
      costs.push_back(costs_of(columns, classes, number));
    for (std::size_t i = 0; i < columns.size(); ++i) {
      float least = std::numeric_limits<float>::max();
      for (std::uint8_t number = 0; number < count; ++number) {
        float bits = 0;
        for (const Used& one : columns[i]) bits += one.count * costs[number][one.size];
        if (bits >= least) continue;
        least = bits;
        classes[i] = number;
      }
    }
  }
  return classes;
}

}  // namespace lapwing::tsdb

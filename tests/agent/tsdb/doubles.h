// Columns of doubles for round trips: every kind of odd value, and the shapes that collectors make.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "agent/model/sample.h"

namespace lapwing::tsdb::testing {

inline std::vector<double> odd_doubles() {
  using Limits = std::numeric_limits<double>;
  return {0.0,
          -0.0,
          kStaleMarker,
          Limits::quiet_NaN(),
          std::bit_cast<double>(0x7ff8000000000001ull),
          std::bit_cast<double>(0xfff0000000000003ull),
          std::bit_cast<double>(~0ull),
          Limits::infinity(),
          -Limits::infinity(),
          Limits::denorm_min(),
          -Limits::denorm_min(),
          Limits::max(),
          Limits::lowest(),
          Limits::min(),
          9223372036854775808.0,
          -9223372036854775808.0,
          9223372036854774784.0,
          9007199254740993.0,
          -9007199254740992.0,
          2251799813685248.0,
          0.1,
          1.0 / 3,
          123 * 1e-3,
          123 / 1e3,
          7.1e-9,
          1e300};
}

inline constexpr int kShapes = 12;

/// `count` values of one of kShapes shapes.
inline std::vector<double> shaped(int shape, std::size_t count, std::mt19937_64& random) {
  const std::vector<double> odd = odd_doubles();
  std::vector<double> values;
  double value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t dice = random();
    if (shape == 0) value = std::bit_cast<double>(dice);
    if (shape == 1) value += double(dice % 1000);
    if (shape == 2) value = double(dice % 5);
    if (shape == 3) value = double(std::int64_t(dice % 2000000) - 1000000) / 100;
    if (shape == 4 && dice % 4 == 0) value = double(dice % 100000) * 1e-3;
    if (shape == 5) value = dice % 90 == 0 ? std::bit_cast<double>(random()) : double(i) / 8;
    if (shape == 6) value = odd[dice % odd.size()];
    if (shape == 7) value = double(dice % 1000000) / 1000 / 1000;
    if (shape == 8) value = double((dice % 100) * 4096 + 12288);
    if (shape == 9) value = std::exp(double(dice % 4000) / 100);
    if (shape == 10) value = i % 50 == 49 ? kStaleMarker : double(dice % 300) / 10;
    if (shape == 11) value = double(dice >> (dice % 64)) * (dice % 2 == 0 ? 1 : -1);
    values.push_back(value);
  }
  return values;
}

inline bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (std::bit_cast<std::uint64_t>(a[i]) != std::bit_cast<std::uint64_t>(b[i])) return false;
  return true;
}

}  // namespace lapwing::tsdb::testing

#include "agent/cli/chart.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string_view>
#include <vector>

namespace lapwing::cli {
namespace {

constexpr std::array<std::string_view, 8> kBlocks = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
constexpr std::array<std::string_view, 8> kLetters = {"_", ".", ":", "-", "=", "+", "*", "#"};
constexpr std::size_t kMiddle = 3;

/// The finite mean of the part, or NaN when it has no finite value.
double mean(std::span<const double> part) {
  double sum = 0;
  std::size_t count = 0;
  for (const double value : part) {
    if (!std::isfinite(value)) continue;
    sum += value;
    ++count;
  }
  return count == 0 ? std::numeric_limits<double>::quiet_NaN() : sum / double(count);
}

}  // namespace

std::string sparkline(std::span<const double> values, std::size_t columns, bool unicode) {
  const std::size_t parts = std::min(columns, values.size());
  std::vector<double> means;
  for (std::size_t i = 0; i < parts; ++i) {
    const std::size_t first = values.size() * i / parts;
    means.push_back(mean(values.subspan(first, values.size() * (i + 1) / parts - first)));
  }
  double least = std::numeric_limits<double>::infinity();
  double most = -least;
  for (const double value : means) {
    if (std::isnan(value)) continue;
    least = std::min(least, value);
    most = std::max(most, value);
  }
  const auto& steps = unicode ? kBlocks : kLetters;
  std::string out;
  for (const double value : means) {
    if (std::isnan(value)) {
      out += ' ';
      continue;
    }
    // Halves keep the difference finite where the values are near the ends of a double.
    const double height = (value / 2 - least / 2) / (most / 2 - least / 2);
    const std::size_t level =
        most > least ? std::min<std::size_t>(7, std::size_t(height * 8)) : kMiddle;
    out += steps[level];
  }
  return out;
}

}  // namespace lapwing::cli

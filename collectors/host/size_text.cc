#include "collectors/host/size_text.h"

#include <cmath>

#include "agent/base/scanner.h"

namespace lapwing::collectors::host {
namespace {

constexpr std::string_view kUnits = "kMGTPEZY";

// 1 without a letter, nothing for a letter that is no unit.
std::optional<double> factor_of(char letter) {
  if (letter >= '0' && letter <= '9') return 1;
  if (letter == 'K') letter = 'k';
  const std::size_t power = kUnits.find(letter);
  if (power == std::string_view::npos) return std::nullopt;
  return std::ldexp(1.0, int(power + 1) * 10);
}

}  // namespace

std::optional<double> parse_size(std::string_view text) {
  text = text.substr(0, text.find('/'));
  constexpr std::string_view kBlanks = " \t\n";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return std::nullopt;
  text = text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
  const auto factor = factor_of(text.back());
  if (!factor) return std::nullopt;
  if (*factor != 1) text.remove_suffix(1);
  Scanner scan(text);
  const double number = scan.f64();
  if (scan.failed() || !scan.at_end() || !std::isfinite(number)) return std::nullopt;
  return std::trunc(number * *factor);
}

}  // namespace lapwing::collectors::host

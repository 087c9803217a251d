// The digits are Dragonbox's, of fmt: they take half the time of std::to_chars'. What fmt's own
// formatting does around them (exponents from 1e-4 and 1e16 on) is not Prometheus's form.
#include "agent/base/shortest.h"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace lapwing {
namespace {

constexpr std::array<char, 200> make_pairs() {
  std::array<char, 200> pairs{};
  for (std::size_t i = 0; i < 100; ++i) {
    pairs[2 * i] = char('0' + i / 10);
    pairs[2 * i + 1] = char('0' + i % 10);
  }
  return pairs;
}

constexpr std::array<char, 200> kPairs = make_pairs();
constexpr int kDigitsLimit = 17;  // of a double's shortest decimal

int digits_of(std::uint64_t number) {
  // log10(2) in 1/4096; right for all that has up to 17 digits, but for the correction.
  static constexpr std::array<std::uint64_t, 19> kPowers = [] {
    std::array<std::uint64_t, 19> powers{1};
    for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
    return powers;
  }();
  const int guess = std::bit_width(number) * 1233 >> 12;
  return guess + (number >= kPowers[std::size_t(guess)] ? 1 : 0);
}

/// Writes the digits so that they end at `end`.
void write_digits_before(char* end, std::uint64_t number) {
  while (number >= 100) {
    end -= 2;
    std::memcpy(end, &kPairs[2 * (number % 100)], 2);
    number /= 100;
  }
  if (number >= 10) {
    std::memcpy(end - 2, &kPairs[2 * number], 2);
  } else {
    end[-1] = char('0' + number);
  }
}

char* write_exponent(char* out, int exponent) {
  *out++ = 'e';
  *out++ = exponent < 0 ? '-' : '+';
  const int size = std::abs(exponent);
  if (size < 10) *out++ = '0';
  return std::to_chars(out, out + 4, size).ptr;
}

/// d.ddde±dd
char* write_scientific(char* out, std::uint64_t number, int count, int exponent) {
  char digits[kDigitsLimit];
  write_digits_before(digits + count, number);
  *out++ = digits[0];
  if (count > 1) {
    *out++ = '.';
    std::memcpy(out, digits + 1, std::size_t(count - 1));
    out += count - 1;
  }
  return write_exponent(out, exponent);
}

char* write_fixed(char* out, std::uint64_t number, int count, int point) {
  if (point <= 0) {  // 0.00ddd
    *out++ = '0';
    *out++ = '.';
    std::memset(out, '0', std::size_t(-point));
    out += -point + count;
    write_digits_before(out, number);
    return out;
  }
  write_digits_before(out + count, number);
  if (point >= count) {  // ddd000
    std::memset(out + count, '0', std::size_t(point - count));
    return out + point;
  }
  std::memmove(out + point + 1, out + point, std::size_t(count - point));
  out[point] = '.';
  return out + count + 1;
}

}  // namespace

char* write_shortest(char* out, double value) {
  if (std::signbit(value)) {
    *out++ = '-';
    value = -value;
  }
  constexpr double kExact = 9007199254740992.0;  // 2^53
  if (value < kExact) {
    const auto whole = std::uint64_t(value);
    if (double(whole) == value) {
      const int count = whole == 0 ? 1 : digits_of(whole);
      write_digits_before(out + count, whole);
      return out + count;
    }
  }
  const auto decimal = fmt::detail::dragonbox::to_decimal(value);
  const int count = digits_of(decimal.significand);
  const int point = count + decimal.exponent;
  constexpr int kLeastPoint = -5, kMostPoint = 21;
  if (point < kLeastPoint || point > kMostPoint)
    return write_scientific(out, decimal.significand, count, point - 1);
  return write_fixed(out, decimal.significand, count, point);
}

}  // namespace lapwing

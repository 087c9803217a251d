// Numbers as a size each, one byte, and the bits below it: for noisy columns, whose numbers spread
// too much for blocks of one width. Sizes of like columns stand together in a chunk, where zstd
// codes them; the bits are what nothing predicts. Source of truth: FORMAT.md, "Sizes and bits".
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace lapwing::tsdb {

/// 0 to 3 for these numbers themselves, then two sizes for each number of bits from 3 to 58.
inline constexpr unsigned kSizes = 116;
inline constexpr unsigned kMostBitsBelow = 56;

constexpr unsigned size_of_number(std::uint64_t number) {
  if (number < 4) return unsigned(number);
  const auto width = unsigned(std::bit_width(number));
  return 2 * width - 2 + unsigned((number >> (width - 2)) & 1);
}
constexpr unsigned bits_below(unsigned size) { return size < 4 ? 0 : size / 2 - 1; }
/// The number whose bits below are all 0.
constexpr std::uint64_t lowest_of_size(unsigned size) {
  return size < 4 ? size : (2ull + size % 2) << bits_below(size);
}

/// How often each size occurs.
using SizeCounts = std::array<std::uint32_t, kSizes>;

/// False when a number has more than 58 bits: they cannot be written so.
bool count_sizes(std::span<const std::uint64_t> numbers, SizeCounts& counts);
/// What sizes with such frequencies and their bits take at best, in bits.
std::uint64_t size_code_bits(const SizeCounts& counts);

/// Appends a byte for each number to `sizes` and the bits to `bits`; numbers as count_sizes takes.
void encode_sizes(std::span<const std::uint64_t> numbers, std::string& sizes, std::string& bits);
/// As many numbers as there are sizes, into `out`. False when the bytes are damaged or `bits` are
/// not exactly what the sizes ask for; never reads past them.
bool decode_sizes(std::string_view sizes, std::string_view bits, std::uint64_t* out);

}  // namespace lapwing::tsdb

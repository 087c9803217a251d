#include "agent/tsdb/size_code.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "agent/tsdb/bytes.h"

namespace lapwing::tsdb {
namespace {

/// What a size stands for: the number without the bits below, and how many these are.
struct Meaning {
  std::uint64_t lowest = 0;
  std::uint64_t mask = 0;
  std::uint64_t bits = 0;
};

constexpr std::array<Meaning, 256> make_meanings() {
  std::array<Meaning, 256> meanings{};
  for (unsigned size = 0; size < kSizes; ++size) {
    const unsigned bits = bits_below(size);
    meanings[size] = {size < 4 ? size : (2ull + size % 2) << bits, (1ull << bits) - 1, bits};
  }
  return meanings;
}

constexpr auto kMeanings = make_meanings();
constexpr std::size_t kWordBytes = 8;

std::uint64_t load_word(const unsigned char* from) {
  std::uint64_t word = 0;
  std::memcpy(&word, from, sizeof(word));
  if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
  return word;
}

/// Decodes from place `i` on while whole words can be loaded; `at` counts bits. From number to
/// number only `at` depends on what was before, so that the loads of several overlap.
std::size_t decode_whole(std::string_view sizes, std::size_t i, const unsigned char* bits,
                         std::size_t bytes, std::size_t& at, std::uint64_t* out) {
  if (bytes < kWordBytes) return i;
  const std::size_t last = (bytes - kWordBytes) * 8 + 7;
  std::size_t bit = at;
  for (; i < sizes.size() && bit <= last; ++i) {
    const Meaning& meaning = kMeanings[static_cast<unsigned char>(sizes[i])];
    out[i] = meaning.lowest + ((load_word(bits + bit / 8) >> (bit % 8)) & meaning.mask);
    bit += meaning.bits;
  }
  at = bit;
  return i;
}

}  // namespace

bool count_sizes(std::span<const std::uint64_t> numbers, SizeCounts& counts) {
  counts.fill(0);
  for (const std::uint64_t number : numbers) {
    const unsigned size = size_of_number(number);
    if (size >= kSizes) return false;
    ++counts[size];
  }
  return true;
}

std::uint64_t size_code_bits(const SizeCounts& counts) {
  double bits = 0, all = 0;
  for (unsigned size = 0; size < kSizes; ++size) {
    if (counts[size] == 0) continue;
    all += counts[size];
    bits += counts[size] * (bits_below(size) - std::log2(double(counts[size])));
  }
  return all == 0 ? 0 : std::uint64_t(std::max(0.0, bits + all * std::log2(all)));
}

void encode_sizes(std::span<const std::uint64_t> numbers, std::string& sizes, std::string& bits) {
  std::uint64_t held = 0;
  unsigned held_bits = 0;
  for (const std::uint64_t number : numbers) {
    const unsigned size = size_of_number(number);
    sizes += char(size);
    const std::uint64_t below = number & kMeanings[size].mask;
    const unsigned count = bits_below(size);
    held |= below << held_bits;
    held_bits += count;
    if (held_bits < 64) continue;
    put_fixed<std::uint64_t>(bits, held);
    held_bits -= 64;
    held = held_bits == 0 ? 0 : below >> (count - held_bits);
  }
  for (; held_bits > 0; held_bits -= std::min(held_bits, 8u), held >>= 8) bits += char(held);
}

bool decode_sizes(std::string_view sizes, std::string_view bits, std::uint64_t* out) {
  unsigned beyond = 0;
  for (const char size : sizes) beyond |= static_cast<unsigned char>(size) + (128 - kSizes);
  if (beyond >= 128) return false;
  std::size_t at = 0;
  std::size_t i = decode_whole(sizes, 0, reinterpret_cast<const unsigned char*>(bits.data()),
                               bits.size(), at, out);
  if (i < sizes.size() || bits.size() < kWordBytes) {
    // The rest is in the last bytes, which are read from where zeros follow.
    std::array<unsigned char, 3 * kWordBytes> rest{};
    const std::size_t begin = std::min(at / 8, bits.size());
    bits.copy(reinterpret_cast<char*>(rest.data()), 2 * kWordBytes, begin);
    std::size_t within = at - begin * 8;
    i = decode_whole(sizes, i, rest.data(), 2 * kWordBytes, within, out);
    at = begin * 8 + within;
  }
  return i == sizes.size() && at <= bits.size() * 8 && bits.size() * 8 - at < 8;
}

}  // namespace lapwing::tsdb

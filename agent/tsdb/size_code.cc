#include "agent/tsdb/size_code.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "agent/tsdb/bytes.h"

namespace lapwing::tsdb {
namespace {

/// What each size stands for: its number without the bits below, a mask of these, and how many they
/// are. Three tables, so that a size is an index into each as it is. Bytes that are no size stand
/// for nothing: decoding them is harmless.
struct Meanings {
  std::array<std::uint64_t, 256> lowest{};
  std::array<std::uint64_t, 256> mask{};
  std::array<std::uint64_t, 256> bits{};
};

constexpr Meanings make_meanings() {
  Meanings meanings;
  for (unsigned size = 0; size < kSizes; ++size) {
    const unsigned bits = bits_below(size);
    meanings.lowest[size] = size < 4 ? size : (2ull + size % 2) << bits;
    meanings.mask[size] = (1ull << bits) - 1;
    meanings.bits[size] = bits;
  }
  return meanings;
}

constexpr Meanings kMeanings = make_meanings();
constexpr std::size_t kWordBytes = 8;
// A word loaded from the byte that has the first bit has as many from that bit on.
constexpr std::uint64_t kWordBits = 57;

std::uint64_t load_word(const unsigned char* from) {
  std::uint64_t word = 0;
  std::memcpy(&word, from, sizeof(word));
  if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
  return word;
}

/// The bits from place `bit` on, kWordBits of them.
std::uint64_t bits_from(const unsigned char* bits, std::uint64_t bit) {
  return load_word(bits + bit / 8) >> (bit % 8);
}

/// Decodes from place `i` on while whole words can be loaded; `at` counts bits. From pair to pair
/// only `at` depends on what was before, so that the loads of several overlap.
std::size_t decode_whole(std::string_view sizes, std::size_t i, const unsigned char* bits,
                         std::size_t bytes, std::size_t& at, std::uint64_t* out) {
  if (bytes < kWordBytes) return i;
  const std::uint64_t last = (bytes - kWordBytes) * 8 + 7;
  const auto* const size = reinterpret_cast<const unsigned char*>(sizes.data());
  std::uint64_t bit = at;
  for (; i + 2 <= sizes.size() && bit <= last; i += 2) {
    const std::size_t one = size[i], other = size[i + 1];
    const std::uint64_t begin = kMeanings.bits[one], end = begin + kMeanings.bits[other];
    const std::uint64_t word = bits_from(bits, bit);
    std::uint64_t second = word >> begin;
    if (end > kWordBits) [[unlikely]] {
      if (bit + begin > last) break;
      second = bits_from(bits, bit + begin);
    }
    out[i] = kMeanings.lowest[one] + (word & kMeanings.mask[one]);
    out[i + 1] = kMeanings.lowest[other] + (second & kMeanings.mask[other]);
    bit += end;
  }
  for (; i < sizes.size() && bit <= last; ++i) {
    out[i] = kMeanings.lowest[size[i]] + (bits_from(bits, bit) & kMeanings.mask[size[i]]);
    bit += kMeanings.bits[size[i]];
  }
  at = bit;
  return i;
}

/// Whether all bytes are sizes, sixteen at a time.
bool are_sizes(std::string_view bytes) {
  using Bytes = std::uint8_t __attribute__((vector_size(16)));
  Bytes largest{};
  std::size_t i = 0;
  for (; i + sizeof(Bytes) <= bytes.size(); i += sizeof(Bytes)) {
    Bytes some;
    std::memcpy(&some, bytes.data() + i, sizeof(some));
    largest = largest > some ? largest : some;
  }
  std::uint8_t all = 0;
  for (std::size_t lane = 0; lane < sizeof(Bytes); ++lane) all = std::max(all, largest[lane]);
  for (; i < bytes.size(); ++i) all = std::max(all, static_cast<std::uint8_t>(bytes[i]));
  return all < kSizes;
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
    const std::uint64_t below = number & kMeanings.mask[size];
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
  if (!are_sizes(sizes)) return false;
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

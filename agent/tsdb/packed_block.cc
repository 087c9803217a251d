#include "agent/tsdb/packed_block.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <utility>

#include "agent/tsdb/bytes.h"

namespace lapwing::tsdb {
namespace {

constexpr unsigned kLanes = 4;
constexpr unsigned kRows = kBlockNumbers / kLanes;
constexpr unsigned kVectorWidths = 33;  // 0 to 32 bits; wider ones are rare and read bit by bit
constexpr std::uint8_t kPatched = 0x80;
using Lanes = std::uint32_t __attribute__((vector_size(16)));

Lanes load_lanes(const unsigned char* from) {
  Lanes lanes;
  std::memcpy(&lanes, from, sizeof(lanes));
  if constexpr (std::endian::native == std::endian::big)
    for (unsigned lane = 0; lane < kLanes; ++lane) lanes[lane] = __builtin_bswap32(lanes[lane]);
  return lanes;
}

/// As four numbers of 64 bits.
void store_wide(Lanes lanes, std::uint64_t* out) {
  if constexpr (std::endian::native == std::endian::little) {
    const Lanes zeros{};
    const Lanes low = __builtin_shufflevector(lanes, zeros, 0, 4, 1, 5);
    const Lanes high = __builtin_shufflevector(lanes, zeros, 2, 6, 3, 7);
    std::memcpy(out, &low, sizeof(low));
    std::memcpy(out + 2, &high, sizeof(high));
  } else {
    for (unsigned lane = 0; lane < kLanes; ++lane) out[lane] = lanes[lane];
  }
}

/// Row r has the numbers 4r to 4r+3, one in each lane; a lane's numbers follow one another in its
/// own words, so that the four come out of one load.
template <unsigned Width>
void unpack_lanes(const unsigned char* in, std::uint64_t* out) {
  if constexpr (Width == 0) {
    std::memset(out, 0, kBlockNumbers * sizeof(std::uint64_t));
  } else {
    constexpr std::uint32_t kMask = Width == 32 ? ~0u : (1u << (Width % 32)) - 1;
#pragma GCC unroll 32
    for (unsigned row = 0; row < kRows; ++row) {
      const unsigned shift = row * Width % 32, word = row * Width / 32;
      Lanes lanes = load_lanes(in + word * sizeof(Lanes)) >> shift;
      if (shift + Width > 32)
        lanes |= load_lanes(in + (word + 1) * sizeof(Lanes)) << ((32 - shift) % 32);
      lanes &= kMask;
      store_wide(lanes, out + row * kLanes);
    }
  }
}

using Unpack = void (*)(const unsigned char*, std::uint64_t*);

template <unsigned... Widths>
constexpr std::array<Unpack, sizeof...(Widths)> make_unpackers(
    std::integer_sequence<unsigned, Widths...>) {
  return {unpack_lanes<Widths>...};
}

constexpr auto kUnpackers = make_unpackers(std::make_integer_sequence<unsigned, kVectorWidths>());

std::uint64_t mask_of(unsigned width) { return width == 64 ? ~0ull : (1ull << width) - 1; }

std::size_t packed_bytes(std::size_t count, unsigned width) { return (count * width + 7) / 8; }

void pack_lanes(std::span<const std::uint64_t> numbers, unsigned width, std::string& out) {
  std::array<std::array<std::uint32_t, 33>, kLanes> words{};
  for (unsigned i = 0; i < kBlockNumbers; ++i) {
    const std::uint64_t number = numbers[i] & mask_of(width);
    const unsigned bit = i / kLanes * width;
    auto& lane = words[i % kLanes];
    lane[bit / 32] |= std::uint32_t(number << (bit % 32));
    if (bit % 32 + width > 32) lane[bit / 32 + 1] |= std::uint32_t(number >> (32 - bit % 32));
  }
  for (unsigned word = 0; word < width; ++word)
    for (const auto& lane : words) put_fixed<std::uint32_t>(out, lane[word]);
}

void pack_bits(std::span<const std::uint64_t> numbers, unsigned width, std::string& out) {
  std::uint64_t held = 0;
  unsigned bits = 0;
  for (std::uint64_t number : numbers) {
    number &= mask_of(width);
    held |= number << bits;
    bits += width;
    if (bits < 64) continue;
    put_fixed<std::uint64_t>(out, held);
    bits -= 64;
    held = bits == 0 ? 0 : number >> (width - bits);
  }
  for (; bits > 0; bits -= std::min(bits, 8u), held >>= 8) out += char(held);
}

void unpack_bits(std::string_view packed, unsigned width, std::size_t count, std::uint64_t* out) {
  std::array<unsigned char, kBlockNumbers * 8 + 16> padded;
  std::memcpy(padded.data(), packed.data(), packed.size());
  std::memset(padded.data() + packed.size(), 0, 16);
  const auto word_at = [&](std::size_t byte) {
    std::uint64_t word = 0;
    std::memcpy(&word, &padded[byte], sizeof(word));
    if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
    return word;
  };
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t bit = i * width;
    std::uint64_t number = word_at(bit / 8) >> (bit % 8);
    if (bit % 8 + width > 64) number |= word_at(bit / 8 + 8) << (64 - bit % 8);
    out[i] = number & mask_of(width);
  }
}

/// The width that costs least, larger numbers being patched; `patches` is how many those are.
unsigned best_width(std::span<const std::uint64_t> numbers, std::size_t& patches) {
  std::array<std::size_t, 65> by_width{};
  for (const std::uint64_t number : numbers) ++by_width[std::size_t(std::bit_width(number))];
  unsigned widest = 64;
  while (widest > 0 && by_width[widest] == 0) --widest;
  unsigned best = widest;
  std::size_t least = packed_bytes(numbers.size(), widest), larger = 0;
  patches = 0;
  for (unsigned width = widest; width-- > 0;) {
    larger += by_width[width + 1];
    if (larger > numbers.size() / 3) break;
    std::size_t cost = packed_bytes(numbers.size(), width) + 1 + larger;
    for (unsigned over = width + 1; over <= widest; ++over)
      cost += by_width[over] * ((over - width + 6) / 7);
    if (cost >= least) continue;
    least = cost;
    best = width;
    patches = larger;
  }
  return best;
}

}  // namespace

void pack_block(std::span<const std::uint64_t> numbers, std::string& out) {
  std::size_t patches = 0;
  const unsigned width = best_width(numbers, patches);
  out += char(width | (patches > 0 ? kPatched : 0));
  if (patches > 0) out += char(patches);
  if (numbers.size() == kBlockNumbers && width < kVectorWidths)
    pack_lanes(numbers, width, out);
  else
    pack_bits(numbers, width, out);
  if (patches == 0) return;
  const auto is_larger = [width](std::uint64_t number) { return number > mask_of(width); };
  for (std::size_t i = 0; i < numbers.size(); ++i)
    if (is_larger(numbers[i])) out += char(i);
  for (const std::uint64_t number : numbers)
    if (is_larger(number)) put_varint(out, number >> width);
}

bool unpack_block(ByteReader& in, std::size_t count, std::uint64_t* out) {
  const std::uint8_t head = in.byte();
  const unsigned width = head & 0x7f;
  const std::size_t patches = (head & kPatched) != 0 ? in.byte() : 0;
  if (width > 64 || patches > count || (patches > 0 && width == 64)) return false;
  const std::string_view packed = in.bytes(packed_bytes(count, width));
  const std::string_view places = in.bytes(patches);
  if (in.failed()) return false;
  if (count == kBlockNumbers && width < kVectorWidths) {
    kUnpackers[width](reinterpret_cast<const unsigned char*>(packed.data()), out);
  } else {
    unpack_bits(packed, width, count, out);
  }
  for (const char place : places) {
    const auto at = static_cast<unsigned char>(place);
    if (at >= count) return false;
    out[at] |= in.varint() << width;
  }
  return !in.failed();
}

}  // namespace lapwing::tsdb

#include "agent/tsdb/width_code.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "agent/tsdb/bytes.h"

namespace lapwing::tsdb {
namespace {

using Counts = std::array<std::uint32_t, kWidths>;
using Lengths = std::array<std::uint8_t, kWidths>;

Counts count_widths(std::span<const std::uint64_t> numbers) {
  Counts counts{};
  for (const std::uint64_t number : numbers) ++counts[std::size_t(std::bit_width(number))];
  return counts;
}

/// Huffman's lengths: the two rarest trees become one, again and again.
Lengths code_lengths(Counts counts) {
  struct Tree {
    std::uint64_t count = 0;
    std::vector<std::uint8_t> widths;
  };
  while (true) {
    Lengths lengths{};
    std::vector<Tree> trees;
    for (std::size_t width = 0; width < kWidths; ++width)
      if (counts[width] > 0) trees.push_back({counts[width], {std::uint8_t(width)}});
    if (trees.size() == 1) lengths[trees[0].widths[0]] = 1;
    while (trees.size() > 1) {
      std::ranges::sort(trees, [](const Tree& a, const Tree& b) { return a.count > b.count; });
      const Tree rarest = std::move(trees.back());
      trees.pop_back();
      trees.back().count += rarest.count;
      trees.back().widths.insert(trees.back().widths.end(), rarest.widths.begin(),
                                 rarest.widths.end());
      for (const std::uint8_t width : trees.back().widths) ++lengths[width];
    }
    if (*std::ranges::max_element(lengths) <= kLongestCode) return lengths;
    // Flatter counts give shorter codes for what is rare.
    for (std::uint32_t& count : counts)
      if (count > 0) count = count / 2 + 1;
  }
}

/// Codes in the order of (length, width), their bits turned round: the first is the lowest.
std::array<std::uint16_t, kWidths> codes_of(const Lengths& lengths) {
  std::array<std::uint16_t, kLongestCode + 2> next{};  // by length; counts first
  for (const std::uint8_t length : lengths)
    if (length > 0) ++next[length + 1u];
  for (unsigned length = 1, code = 0; length <= kLongestCode; ++length) {
    code = (code + next[length]) << 1;  // next[length] still counts the codes one bit shorter.
    next[length] = std::uint16_t(code);
  }
  std::array<std::uint16_t, kWidths> codes{};
  for (std::size_t width = 0; width < kWidths; ++width) {
    const unsigned length = lengths[width];
    if (length == 0) continue;
    unsigned turned = 0;
    for (unsigned bit = 0, code = next[length]++; bit < length; ++bit, code >>= 1)
      turned = (turned << 1) | (code & 1);
    codes[width] = std::uint16_t(turned);
  }
  return codes;
}

class BitWriter {
 public:
  explicit BitWriter(std::string& out) : out_(out) {}
  /// `bits` of at most 63.
  void put(std::uint64_t number, unsigned bits) {
    for (; bits > 32; bits -= 32, number >>= 32) put_short(number & 0xffffffff, 32);
    put_short(number, bits);
  }
  void finish() {
    for (; held_bits_ > 0; held_bits_ -= std::min(held_bits_, 8u), held_ >>= 8) out_ += char(held_);
  }

 private:
  void put_short(std::uint64_t number, unsigned bits) {
    held_ |= number << held_bits_;
    held_bits_ += bits;
    if (held_bits_ < 32) return;
    put_fixed<std::uint32_t>(out_, std::uint32_t(held_));
    held_ >>= 32;
    held_bits_ -= 32;
  }

  std::string& out_;
  std::uint64_t held_ = 0;
  unsigned held_bits_ = 0;
};

unsigned bits_below(unsigned width) { return width > 1 ? width - 1 : 0; }

}  // namespace

std::size_t width_code_bytes(std::span<const std::uint64_t> numbers) {
  const Counts counts = count_widths(numbers);
  const Lengths lengths = code_lengths(counts);
  std::size_t bits = 0;
  for (unsigned width = 0; width < kWidths; ++width)
    bits += std::size_t(counts[width]) * (lengths[width] + bits_below(width));
  return bits / 8 + 12;
}

void encode_widths(std::span<const std::uint64_t> numbers, std::string& out) {
  const Lengths lengths = code_lengths(count_widths(numbers));
  const auto used = [](std::uint8_t length) { return length > 0; };
  const auto first = std::size_t(std::ranges::find_if(lengths, used) - lengths.begin());
  std::size_t end = kWidths;
  while (lengths[end - 1] == 0) --end;
  out += char(first);
  out += char(end - first);
  for (std::size_t width = first; width < end; width += 2)
    out += char(lengths[width] | (width + 1 < end ? lengths[width + 1] << 4 : 0));
  const auto codes = codes_of(lengths);
  std::array<std::string, kWidthStreams> streams;
  for (std::size_t stream = 0; stream < kWidthStreams; ++stream) {
    BitWriter bits(streams[stream]);
    for (std::size_t i = stream; i < numbers.size(); i += kWidthStreams) {
      const auto width = unsigned(std::bit_width(numbers[i]));
      bits.put(codes[width], lengths[width]);
      if (width > 1) bits.put(numbers[i] ^ (1ull << (width - 1)), width - 1);
    }
    bits.finish();
    if (stream + 1 < kWidthStreams) put_varint(out, streams[stream].size());
  }
  for (const std::string& stream : streams) out += stream;
}

bool WidthReader::begin(std::string_view bytes) {
  ByteReader in(bytes);
  const unsigned first = in.byte(), count = in.byte();
  const std::string_view packed = in.bytes((count + 1) / 2);
  if (in.failed() || count == 0 || first + count > kWidths) return false;
  Lengths lengths{};
  for (unsigned i = 0; i < count; ++i)
    lengths[first + i] = std::uint8_t((std::uint8_t(packed[i / 2]) >> (i % 2 * 4)) & 0xf);
  std::array<std::uint64_t, kWidthStreams> sizes{};
  for (std::size_t stream = 0; stream + 1 < kWidthStreams; ++stream) sizes[stream] = in.varint();
  for (std::size_t stream = 0; stream < kWidthStreams; ++stream) {
    const std::string_view part =
        in.bytes(stream + 1 < kWidthStreams ? sizes[stream] : std::uint64_t(in.left()));
    streams_[stream] = {reinterpret_cast<const unsigned char*>(part.data()), part.size(), 0, 0};
  }
  return !in.failed() && fill_table(lengths);
}

bool WidthReader::fill_table(std::span<const std::uint8_t, kWidths> lengths) {
  // Codes that take more than all of the room would overlap.
  std::uint32_t room = 0;
  Lengths known{};
  std::ranges::copy(lengths, known.begin());
  for (const std::uint8_t length : known) {
    if (length > kLongestCode) return false;
    if (length > 0) room += 1u << (kLongestCode - length);
  }
  if (room > kTableSize) return false;
  if (room < kTableSize) table_.fill({});
  const auto codes = codes_of(known);
  for (unsigned width = 0; width < kWidths; ++width) {
    const std::uint8_t length = known[width];
    if (length == 0) continue;
    const auto below = std::uint8_t(bits_below(width));
    const Entry entry{length, below, std::uint8_t(length + below), std::uint8_t(width > 0 ? 1 : 0)};
    for (std::size_t at = codes[width]; at < kTableSize; at += std::size_t(1) << length)
      table_[at] = entry;
  }
  return true;
}

bool WidthReader::at_end() const {
  return std::ranges::all_of(streams_,
                             [](const Stream& one) { return one.unread == 0 && one.count < 8; });
}

/// At least 56 bits are held afterwards, unless the bytes end.
void WidthReader::Stream::refill() {
  // Bits above `count` may be those of the next bytes already: they must not count twice.
  held &= (1ull << count) - 1;
  for (; count < 56 && unread > 0; count += 8, --unread) held |= std::uint64_t(*at++) << count;
}

/// Near the bytes' end, and for numbers that do not fit into what is held at once.
bool WidthReader::next_carefully(Stream& bits, std::uint64_t& number) const {
  bits.refill();
  const Entry entry = table_[bits.held & (kTableSize - 1)];
  if (entry.length == 0 || entry.length > bits.count) return false;
  bits.drop(entry.length);
  number = std::uint64_t(entry.top) << entry.below;
  unsigned done = 0;
  if (entry.below > bits.count) {
    done = bits.count / 2;
    number |= bits.held & ((1ull << done) - 1);
    bits.drop(done);
    bits.refill();
    if (entry.below - done > bits.count) return false;
  }
  const unsigned rest = entry.below - done;
  number |= (bits.held & ((1ull << rest) - 1)) << done;
  bits.drop(rest);
  return true;
}

namespace {

/// At least 56 bits are held afterwards; 8 bytes are readable at `at`.
inline void refill_whole(const unsigned char*& at, std::uint64_t& held, unsigned& count) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof(word));
  if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
  held |= word << count;
  at += (63 - count) / 8;
  count |= 56;
}

}  // namespace

/// Gives a number of each stream, again and again while whole words can be loaded; how many in
/// all. The way from a stream's number to its next is a chain of two loads, so that two streams
/// beside each other take little more time than one. All state is in registers.
std::size_t WidthReader::next_fast(std::size_t count, std::uint64_t* out) {
  static_assert(kWidthStreams == 2);
  Stream& first = streams_[0];
  Stream& second = streams_[1];
  if (first.unread < 8 || second.unread < 8) return 0;
  const Entry* const table = table_.data();
  const unsigned char *at = first.at, *at_2 = second.at;
  const unsigned char* const last = at + first.unread - 8;
  const unsigned char* const last_2 = at_2 + second.unread - 8;
  std::uint64_t held = first.held, held_2 = second.held;
  unsigned bits = first.count, bits_2 = second.count;
  std::size_t done = 0;
  for (; done + 2 <= count && at <= last && at_2 <= last_2; done += 2) {
    refill_whole(at, held, bits);
    refill_whole(at_2, held_2, bits_2);
    const Entry one = table[held & (kTableSize - 1)], two = table[held_2 & (kTableSize - 1)];
    if (one.bits > bits || two.bits > bits_2) break;
    out[done] =
        (std::uint64_t(one.top) << one.below) | ((held >> one.length) & ~(~0ull << one.below));
    out[done + 1] =
        (std::uint64_t(two.top) << two.below) | ((held_2 >> two.length) & ~(~0ull << two.below));
    held >>= one.bits;
    held_2 >>= two.bits;
    bits -= one.bits;
    bits_2 -= two.bits;
  }
  first = {at, first.unread - std::size_t(at - first.at), held, bits};
  second = {at_2, second.unread - std::size_t(at_2 - second.at), held_2, bits_2};
  return done;
}

bool WidthReader::next(std::size_t count, Block& out) {
  std::size_t i = next_fast(count, out.data());
  while (i < count) {
    for (std::size_t stream = 0; stream < kWidthStreams && i < count; ++stream, ++i)
      if (!next_carefully(streams_[stream], out[i])) return false;
    i += next_fast(count - i, out.data() + i);
  }
  return true;
}

}  // namespace lapwing::tsdb

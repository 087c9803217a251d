// Numbers as a prefix code (Huffman) of their widths, each followed by its bits below the top one:
// for noisy columns, whose sizes spread too much for blocks of one width. Bits are filled from the
// lowest up. Source of truth: FORMAT.md, "Width codes".
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/tsdb/packed_block.h"

namespace lapwing::tsdb {

inline constexpr std::size_t kWidths = 65;  ///< of numbers: 0 to 64 bits
inline constexpr unsigned kLongestCode = 8;
/// Numbers take turns in so many streams of bits.
inline constexpr std::size_t kWidthStreams = 2;

/// Appends the code's table and the numbers, at least one.
void encode_widths(std::span<const std::uint64_t> numbers, std::string& out);
/// How many bytes encode_widths would append, about.
std::size_t width_code_bytes(std::span<const std::uint64_t> numbers);

/// Reads what encode_widths wrote, block by block. The bytes must outlive it.
class WidthReader {
 public:
  /// False when the table is damaged.
  bool begin(std::string_view bytes);
  /// False when the bytes are damaged or at their end; never reads past them.
  bool next(std::size_t count, Block& out);
  /// Whether nothing but the streams' last fillings is left.
  bool at_end() const;

 private:
  /// What the lowest bits held begin with: a code and the bits that follow it.
  struct Entry {
    std::uint8_t length = 0;   // of the code; 0: no code begins so
    std::uint8_t below = 0;    // how many bits follow
    std::uint8_t bits = 0xff;  // length + below
    std::uint8_t top = 0;      // 1: the number's top bit stands above those; 0: the number is 0
  };
  struct Stream {
    const unsigned char* at = nullptr;
    std::size_t unread = 0;
    std::uint64_t held = 0;
    unsigned count = 0;  // of the bits held

    void refill();
    void drop(unsigned bits) {
      held >>= bits;
      count -= bits;
    }
  };
  static constexpr std::size_t kTableSize = std::size_t(1) << kLongestCode;
  bool fill_table(std::span<const std::uint8_t, kWidths> lengths);
  std::size_t next_fast(std::size_t count, std::uint64_t* out);
  bool next_carefully(Stream& bits, std::uint64_t& number) const;

  std::array<Stream, kWidthStreams> streams_;
  std::array<Entry, kTableSize> table_;
};

}  // namespace lapwing::tsdb

// Bytes on disk: variable-length integers (7 bits a byte, low bits first), zigzag for signed ones,
// little-endian fixed ones, and a reader that never passes the end.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace lapwing::tsdb {

constexpr std::uint64_t zigzag(std::int64_t value) {
  return (std::uint64_t(value) << 1) ^ std::uint64_t(value >> 63);
}
constexpr std::int64_t unzigzag(std::uint64_t value) {
  return std::int64_t(value >> 1) ^ -std::int64_t(value & 1);
}

inline void put_varint(std::string& out, std::uint64_t value) {
  char bytes[10];
  std::size_t used = 0;
  while (value >= 0x80) {
    bytes[used++] = char(value | 0x80);
    value >>= 7;
  }
  bytes[used++] = char(value);
  out.append(bytes, used);
}

inline void put_signed(std::string& out, std::int64_t value) { put_varint(out, zigzag(value)); }

template <typename Integer>
void put_fixed(std::string& out, Integer value) {
  for (std::size_t i = 0; i < sizeof(Integer); ++i) out += char(std::uint64_t(value) >> (8 * i));
}

inline void put_text(std::string& out, std::string_view text) {
  put_varint(out, text.size());
  out.append(text);
}

/// Views into bytes that must outlive it. After a failure every read gives zero or nothing, so
/// that a parser reads freely and checks failed() once.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes)
      : at_(reinterpret_cast<const unsigned char*>(bytes.data())), end_(at_ + bytes.size()) {}

  bool failed() const { return failed_; }
  bool at_end() const { return at_ == end_; }
  std::size_t left() const { return std::size_t(end_ - at_); }
  /// left() bytes that were not read yet.
  const unsigned char* next() const { return at_; }
  void fail() {
    failed_ = true;
    at_ = end_;
  }

  std::uint64_t varint() {
    if (at_ != end_ && *at_ < 0x80) return *at_++;
    return long_varint();
  }
  std::int64_t signed_varint() { return unzigzag(varint()); }

  std::uint8_t byte() {
    if (at_ == end_) {
      fail();
      return 0;
    }
    return *at_++;
  }

  template <typename Integer>
  Integer fixed() {
    if (left() < sizeof(Integer)) {
      fail();
      return 0;
    }
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < sizeof(Integer); ++i) value |= std::uint64_t(at_[i]) << (8 * i);
    at_ += sizeof(Integer);
    return Integer(value);
  }

  std::string_view bytes(std::uint64_t count) {
    if (count > left()) {
      fail();
      return {};
    }
    const std::string_view taken(reinterpret_cast<const char*>(at_), std::size_t(count));
    at_ += count;
    return taken;
  }
  std::string_view text() { return bytes(varint()); }

 private:
  std::uint64_t long_varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (at_ == end_) break;
      const unsigned char next = *at_++;
      value |= std::uint64_t(next & 0x7f) << shift;
      if (next < 0x80) return value;
    }
    fail();
    return 0;
  }

  const unsigned char* at_;
  const unsigned char* end_;
  bool failed_ = false;
};

}  // namespace lapwing::tsdb

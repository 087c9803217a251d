// The plain codec: columns of times and of values as byte streams that grow sample by sample,
// so that a column in memory is always in its compact form. Any double round-trips bit for bit.
// Source of truth: FORMAT.md, "Columns". Left out: what looks at more than one series.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lapwing::tsdb {

/// What encoder and decoder both know of a column so far.
struct ValueState {
  std::uint64_t bits = 0;     ///< of the newest value; a column begins behind +0.0
  std::int64_t mantissa = 0;  ///< of the newest value that was written as a decimal
  std::uint8_t form = 0;      ///< how mantissas become doubles: see codec.cc
  std::uint8_t misses = 0;    ///< encoder only: searches for a form that found none
};

/// Writes a value that differs from state.bits.
void encode_change(ValueState& state, double value, std::string& out);

class ByteReader;
/// Reads what encode_change wrote; false when the bytes are damaged (no repeats are accepted).
bool decode_change(ValueState& state, ByteReader& in);

/// Repeated values are held back until another value or finish() comes.
class ValueEncoder {
 public:
  void append(double value, std::string& out);
  /// Writes what is held back, into `out` or a copy of it; the encoder stays as it is.
  void finish(std::string& out) const;
  double newest() const;

 private:
  ValueState state_;
  std::uint32_t repeats_ = 0;
};

/// Times in any order; rising ones with a steady interval cost least.
class TimeEncoder {
 public:
  void append(std::int64_t time, std::string& out);
  void finish(std::string& out) const;

 private:
  std::int64_t time_ = 0;
  std::int64_t delta_ = 0;
  std::uint32_t repeats_ = 0;
  bool started_ = false;
};

/// Fill `out`; false when the bytes are damaged or hold fewer values.
bool decode_values(std::string_view bytes, std::span<double> out);
bool decode_times(std::string_view bytes, std::span<std::int64_t> out);

struct ValueEnds {
  double first = 0;
  double last = 0;
};
/// The first and the last of `count` (at least 1) values behind the first `skip`. `falls` gets, in
/// order, the value before each that is below the one before it; `before`, which may be null, is
/// the one before the first. False: the bytes are damaged, or a NaN is among the values.
bool decode_ends(std::string_view bytes, std::size_t skip, std::size_t count, const double* before,
                 ValueEnds& ends, std::vector<double>& falls);

struct TimeEnds {
  std::size_t before = 0;  ///< times that are before `from`
  std::size_t count = 0;   ///< of those in [from, to]
  std::int64_t first = 0;  ///< of these, if there are any
  std::int64_t last = 0;
};
/// Of `count` times, which rise. False when the bytes are damaged.
bool find_times(std::string_view bytes, std::size_t count, std::int64_t from, std::int64_t to,
                TimeEnds& out);

}  // namespace lapwing::tsdb

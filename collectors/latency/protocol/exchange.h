// Exchange: what a protocol's reader tells while it goes through the payload of a segment, and
// Input: that payload, of which the end may not have been captured.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include "collectors/latency/protocol/cursor.h"

namespace lapwing::collectors::latency {

enum class Outcome : std::uint8_t {
  Ok,
  Error,
  Miss,  ///< a cache had nothing
  Status1xx,
  Status2xx,
  Status3xx,
  Status4xx,
  Status5xx,
  None,  ///< no answer: none is sent, or the connection ended before
};
inline constexpr std::size_t kOutcomeCount = 9;

/// As the label `status` shows it: "ok", "error", "miss", "2xx", "none".
std::string_view name(Outcome outcome);

/// What kind of answer a request gets. Values below kOwnForms mean the same everywhere.
inline constexpr std::uint8_t kPlainForm = 0;
inline constexpr std::uint8_t kBlockingForm = 1;    ///< waits on purpose: counted, not timed
inline constexpr std::uint8_t kUnansweredForm = 2;  ///< nothing comes back
inline constexpr std::uint8_t kOwnForms = 8;        ///< each protocol's own from here on
inline constexpr std::uint8_t kNothingAwaited = 255;

/// An operation that is not counted: a step of a handshake.
inline constexpr std::uint16_t kNoOperation = UINT16_MAX;

class Exchange {
 public:
  virtual ~Exchange() = default;

  /// A number for what a request asks for; texts are views into the payload.
  virtual std::uint16_t operation(std::string_view method, std::string_view route) = 0;
  /// The last byte of a request lies in this segment.
  virtual void request(std::uint16_t operation, std::uint8_t form) = 0;
  /// The form of the oldest request whose answer has not ended, or kNothingAwaited.
  virtual std::uint8_t awaited() const = 0;
  /// The first byte of its answer lies in this segment; said again it counts once.
  virtual void answer_begins() = 0;
  /// What became of it is known: it is no longer awaited.
  virtual void answer_ends(Outcome outcome) = 0;
};

/// What a reader made of a segment.
enum class Reading {
  InStep,
  Lost,       ///< where messages begin is not known any more
  Encrypted,  ///< TLS from here on
  Over,       ///< no requests and answers from here on
};

class Input {
 public:
  Input(std::span<const std::uint8_t> seen, std::uint64_t unseen)
      : at_(reinterpret_cast<const char*>(seen.data())), end_(at_ + seen.size()), unseen_(unseen) {}

  /// Nothing is left, seen or unseen.
  bool done() const { return at_ == end_ && unseen_ == 0; }
  /// What comes next was captured.
  bool visible() const { return at_ != end_; }
  char peek() const { return *at_; }
  char next() { return *at_++; }
  std::string_view rest() const { return {at_, std::size_t(end_ - at_)}; }
  /// Passes over `count` bytes or all there are; returns how many.
  std::uint64_t skip(std::uint64_t count) {
    const std::uint64_t first = std::min<std::uint64_t>(count, std::uint64_t(end_ - at_));
    at_ += first;
    const std::uint64_t second = std::min(count - first, unseen_);
    unseen_ -= second;
    return first + second;
  }
  /// Passes over a line break or all that is visible; false when there was none.
  bool skip_line() {
    const void* found = std::memchr(at_, '\n', std::size_t(end_ - at_));
    at_ = found == nullptr ? end_ : static_cast<const char*>(found) + 1;
    return found != nullptr;
  }
  void skip_all() {
    at_ = end_;
    unseen_ = 0;
  }

 private:
  const char* at_;
  const char* end_;
  std::uint64_t unseen_;
};

/// A protocol that is read message by message.
struct ProtocolReader {
  Protocol protocol;
  /// Whether a client's payload looks like the beginning of a request.
  bool (*begins)(std::string_view payload);
  Reading (*read_requests)(Cursor& cursor, Input& input, Exchange& exchange);
  Reading (*read_answers)(Cursor& cursor, Input& input, Exchange& exchange);
  std::uint16_t depth_limit;  ///< requests that may be under way at once
};

/// nullptr for protocols that are not read.
const ProtocolReader* find_reader(Protocol protocol);

/// What the first payload that was seen of a connection's client tells; Unknown where it tells
/// nothing. `from_start`: it is the connection's first.
Protocol recognise(std::string_view first_payload, bool from_start);

}  // namespace lapwing::collectors::latency

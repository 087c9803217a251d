// What is remembered of a connection's protocol between two segments: where in a message each
// direction stands, in a few bytes. Of the payload itself only the beginnings of words that name
// a request (a method, a command) are held, while they are being read.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace lapwing::collectors::latency {

enum class Protocol : std::uint8_t {
  Unknown,  ///< not yet told, or none that we know: turns only
  Http1,
  Redis,
  Postgres,
  MySql,
  Memcached,
  Http2,  ///< many requests at a time in frames: turns only
  Tls,    ///< encrypted: turns only
  Over,   ///< has become something without turns: a subscription, a tunnel, a web socket
};

/// "http", "redis", "postgresql", "mysql", "memcached", "http2", "tls", "".
std::string_view name(Protocol protocol);

/// Where one direction stands. What the fields mean beyond their names is each protocol's own;
/// zeros are the beginning of a message.
struct Cursor {
  std::uint64_t remaining = 0;  ///< bytes to pass over, or a number being read
  std::uint32_t pending = 0;    ///< parts of the message still to come
  std::uint16_t operation = 0;
  std::uint8_t state = 0;
  std::uint8_t form = 0;
  std::uint8_t mark = 0;
  std::uint8_t length = 0;  ///< of `word`
  std::array<char, 14> word{};

  std::string_view text() const { return {word.data(), length}; }
  /// False when the word is longer than what is held of it.
  bool append(char c) {
    if (length == word.size()) return false;
    word[length++] = c;
    return true;
  }
};

inline constexpr std::uint32_t kNoRequest = 0;

struct ProtocolState {
  Protocol protocol = Protocol::Unknown;
  bool in_step = false;       ///< both cursors know where they stand
  bool answer_begun = false;  ///< of the oldest unanswered request
  std::uint16_t unanswered = 0;
  std::uint32_t oldest = kNoRequest;  ///< in the RequestPool
  std::uint32_t newest = kNoRequest;
  Cursor requests;
  Cursor answers;
};

}  // namespace lapwing::collectors::latency

// D-Bus messages as bytes (dbus.freedesktop.org/doc/dbus-specification.html, "Message Protocol"):
// method calls with strings as arguments, and what comes back. Little-endian hosts alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "agent/base/result.h"

namespace lapwing::collectors::host::dbus {

/// What the specification allows a message to be is 128 MiB; no answer of systemd is near this.
inline constexpr std::size_t kMessageLimitBytes = 16u << 20;
/// So many bytes tell how long a message is.
inline constexpr std::size_t kPrefixBytes = 16;

struct Call {
  std::string_view destination;
  std::string_view path;
  std::string_view interface;
  std::string_view member;
};

/// The bytes of a method call; `serial` is not 0, and its answer names it.
std::string encode_call(std::uint32_t serial, const Call& call,
                        std::initializer_list<std::string_view> arguments);

/// The length of the message that begins with these kPrefixBytes. Invalid when they begin none, or
/// one past kMessageLimitBytes.
Result<std::size_t> message_bytes(std::string_view prefix);

enum class MessageType : std::uint8_t { Call = 1, Return = 2, Error = 3, Signal = 4 };

/// Views of the message's bytes.
struct Message {
  MessageType type = MessageType::Signal;
  std::uint32_t reply_serial = 0;  ///< 0: it answers nothing
  std::string_view error_name;
  std::string_view signature;  ///< of the body
  std::string_view body;
};

Result<Message> parse_message(std::string_view bytes);

/// Reads values from a body, by the caller's knowledge of its signature. After the first failure
/// every read returns zero or nothing.
class BodyReader {
 public:
  explicit BodyReader(std::string_view body) : body_(body) {}

  std::uint32_t u32();
  std::uint64_t u64();
  std::string_view string();     ///< a string or a path
  std::string_view signature();  ///< of a variant
  void align(std::size_t bytes);
  /// On to a place from the beginning, which is not behind.
  void skip_to(std::size_t position);
  bool at_end() const { return at_ >= body_.size(); }
  std::size_t position() const { return at_; }
  bool failed() const { return failed_; }
  /// Success, or Invalid.
  Result<void> done() const;

 private:
  bool take(std::size_t bytes);

  std::string_view body_;
  std::size_t at_ = 0;
  bool failed_ = false;
};

}  // namespace lapwing::collectors::host::dbus

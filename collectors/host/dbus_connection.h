// A connection to a D-Bus daemon over its Unix socket: authentication by user id (EXTERNAL), then
// method calls, many at once. No signals, no file descriptors.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>

#include "agent/base/file.h"
#include "agent/base/result.h"
#include "collectors/host/dbus_message.h"

namespace lapwing::collectors::host::dbus {

/// Used by one thread at a time. Every wait ends after kPatience with Unavailable.
class Connection {
 public:
  static constexpr std::chrono::milliseconds kPatience{2000};

  /// NoData when nothing listens there.
  static Result<Connection> open(const std::string& socket_path);

  /// Sends the call; the serial by which its answer is known.
  Result<std::uint32_t> send(const Call& call, std::initializer_list<std::string_view> arguments);
  /// Waits for the next message that answers a call; valid until the next receive().
  Result<Message> receive();
  /// Both: the answer to this call, others being passed over. An answer that is an error is
  /// Unavailable and carries the error's name.
  Result<Message> call(const Call& call, std::initializer_list<std::string_view> arguments);

 private:
  explicit Connection(UniqueFd fd) : fd_(std::move(fd)) {}
  Result<void> authenticate();
  Result<void> write(std::string_view bytes);
  Result<void> fill(std::size_t bytes);

  UniqueFd fd_;
  std::uint32_t serial_ = 0;
  std::string buffer_;
  std::size_t consumed_ = 0;  // of buffer_, by the message given out last
};

}  // namespace lapwing::collectors::host::dbus

#include "collectors/host/dbus_connection.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace lapwing::collectors::host::dbus {
namespace {

constexpr std::size_t kReadBytes = 16 * 1024;
constexpr std::size_t kLineLimitBytes = 16 * 1024;  // of the authentication
constexpr Call kHello{"org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                      "Hello"};

std::string hexadecimal(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (const char c : text) {
    hex += kDigits[static_cast<unsigned char>(c) >> 4];
    hex += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return hex;
}

Result<void> set_patience(int fd) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(Connection::kPatience);
  const timeval patience{seconds.count(), 0};
  if (::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0 ||
      ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) != 0)
    return system_error("setting a D-Bus socket's patience", errno);
  return {};
}

}  // namespace

Result<Connection> Connection::open(const std::string& socket_path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket_path.size() >= sizeof address.sun_path)
    return invalid(socket_path + " is too long for a socket's path");
  std::memcpy(address.sun_path, socket_path.data(), socket_path.size());
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd) return system_error("opening a D-Bus socket", errno);
  if (auto set = set_patience(fd.get()); !set) return std::move(set).error();
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    if (errno == ECONNREFUSED) return no_data("nothing listens at " + socket_path);
    return system_error("connecting to " + socket_path, errno);
  }
  Connection connection(std::move(fd));
  if (auto done = connection.authenticate(); !done) return std::move(done).in(socket_path).error();
  if (auto hello = connection.call(kHello, {}); !hello)
    return std::move(hello).in(socket_path).error();
  return connection;
}

Result<void> Connection::authenticate() {
  const std::string user = std::to_string(::geteuid());
  std::string request("\0AUTH EXTERNAL ", 15);
  request += hexadecimal(user) + "\r\n";
  if (auto written = write(request); !written) return written;
  std::size_t end = std::string::npos;
  while ((end = buffer_.find("\r\n")) == std::string::npos) {
    if (buffer_.size() > kLineLimitBytes) return invalid("the answer to AUTH has no end");
    if (auto filled = fill(buffer_.size() + 1); !filled) return filled;
  }
  if (!buffer_.starts_with("OK "))
    return unavailable("D-Bus refuses the user: " +
                       buffer_.substr(0, std::min<std::size_t>(end, 80)));
  buffer_.erase(0, end + 2);
  return write("BEGIN\r\n");
}

Result<void> Connection::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return system_error("writing to D-Bus", errno);
    bytes.remove_prefix(std::size_t(sent));
  }
  return {};
}

// Reads until the buffer holds so many bytes.
Result<void> Connection::fill(std::size_t bytes) {
  while (buffer_.size() < bytes) {
    const std::size_t from = buffer_.size();
    buffer_.resize(from + kReadBytes);
    const ssize_t got = ::recv(fd_.get(), buffer_.data() + from, kReadBytes, 0);
    const int error_number = errno;
    buffer_.resize(from + std::size_t(std::max<ssize_t>(got, 0)));
    if (got < 0 && error_number == EINTR) continue;
    if (got < 0) return system_error("reading from D-Bus", error_number);
    if (got == 0) return unavailable("D-Bus has closed the connection");
  }
  return {};
}

Result<std::uint32_t> Connection::send(const Call& call,
                                       std::initializer_list<std::string_view> arguments) {
  if (++serial_ == 0) ++serial_;
  if (auto written = write(encode_call(serial_, call, arguments)); !written)
    return std::move(written).error();
  return serial_;
}

Result<Message> Connection::receive() {
  while (true) {
    buffer_.erase(0, std::exchange(consumed_, 0));
    if (auto filled = fill(kPrefixBytes); !filled) return std::move(filled).error();
    const auto length = message_bytes(buffer_);
    if (!length) return length.error();
    if (auto filled = fill(*length); !filled) return std::move(filled).error();
    consumed_ = *length;
    auto message = parse_message(std::string_view(buffer_).substr(0, *length));
    if (!message) return message;
    if (message->reply_serial != 0) return message;  // The rest are signals, such as NameAcquired.
  }
}

Result<Message> Connection::call(const Call& call,
                                 std::initializer_list<std::string_view> arguments) {
  const auto serial = send(call, arguments);
  if (!serial) return serial.error();
  while (true) {
    auto message = receive();
    if (!message) return message;
    if (message->reply_serial != *serial) continue;
    if (message->type == MessageType::Error)
      return unavailable(std::string(call.member) + ": " + std::string(message->error_name));
    return message;
  }
}

}  // namespace lapwing::collectors::host::dbus

#include "agent/app/notify_socket.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace lapwing::app {
namespace {

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

/// STATUS= holds one line.
std::string one_line(std::string_view text) {
  std::string line(text);
  for (char& c : line)
    if (c == '\n') c = ' ';
  return line;
}

}  // namespace

NotifySocket::NotifySocket(std::string socket_path, std::chrono::microseconds watchdog)
    : socket_path_(std::move(socket_path)), watchdog_(watchdog) {
  if (!socket_path_.empty()) socket_ = UniqueFd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
}

NotifySocket NotifySocket::from_environment() {
  const std::string_view text = environment("WATCHDOG_USEC");
  std::int64_t micros = 0;
  std::from_chars(text.data(), text.data() + text.size(), micros);
  return {std::string(environment("NOTIFY_SOCKET")), std::chrono::microseconds(micros)};
}

void NotifySocket::ready(std::string_view status) { send("READY=1\nSTATUS=" + one_line(status)); }

void NotifySocket::status(std::string_view status) { send("STATUS=" + one_line(status)); }

void NotifySocket::reloading() {
  // systemd wants the monotonic time of the request, to order it against the READY=1 that ends it.
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  send("RELOADING=1\nMONOTONIC_USEC=" +
       std::to_string(std::int64_t(now.tv_sec) * 1'000'000 + now.tv_nsec / 1000));
}

void NotifySocket::stopping() { send("STOPPING=1\nSTATUS=Stopping"); }

void NotifySocket::alive() {
  if (watchdog_.count() > 0) send("WATCHDOG=1");
}

Duration NotifySocket::alive_interval() const {
  return std::chrono::duration_cast<Duration>(watchdog_ / 2);
}

void NotifySocket::send(std::string_view message) {
  sockaddr_un address{};
  if (!socket_ || socket_path_.size() >= sizeof address.sun_path) return;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, socket_path_.data(), socket_path_.size());
  if (address.sun_path[0] == '@') address.sun_path[0] = '\0';
  const auto size = socklen_t(offsetof(sockaddr_un, sun_path) + socket_path_.size());
  // A service manager that does not listen is its own trouble, not ours.
  (void)::sendto(socket_.get(), message.data(), message.size(), MSG_NOSIGNAL,
                 reinterpret_cast<const sockaddr*>(&address), size);
}

}  // namespace lapwing::app

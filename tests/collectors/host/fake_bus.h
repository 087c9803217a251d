// A D-Bus daemon on a Unix socket that answers each call by a function of its member and body.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <functional>
#include <string>
#include <thread>

#include "agent/base/file.h"
#include "collectors/host/dbus_message.h"
#include "tests/collectors/host/dbus_wire.h"

namespace lapwing::testing {

/// Serves one connection until the other side closes it.
class FakeBus {
 public:
  /// The answer to a call with this serial, a whole message; empty closes the connection.
  using Answer = std::function<std::string(std::uint32_t serial, const std::string& message)>;

  FakeBus(const std::string& path, Answer answer) : answer_(std::move(answer)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    listener_ = UniqueFd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(listener_.get(), 1) != 0)
      throw std::runtime_error("no socket at " + path);
    thread_ = std::thread([this] { serve(); });
  }
  ~FakeBus() {
    ::shutdown(listener_.get(), SHUT_RDWR);
    thread_.join();
  }

 private:
  void serve() {
    const UniqueFd peer(::accept(listener_.get(), nullptr, nullptr));
    if (!peer) return;
    std::string in;
    const auto fill = [&] {
      char bytes[4096];
      const ssize_t got = ::recv(peer.get(), bytes, sizeof bytes, 0);
      if (got > 0) in.append(bytes, std::size_t(got));
      return got > 0;
    };
    const auto send = [&](const std::string& out) {
      return ::send(peer.get(), out.data(), out.size(), MSG_NOSIGNAL) == ssize_t(out.size());
    };
    while (in.find("\r\n") == std::string::npos)
      if (!fill()) return;
    send(in.find("AUTH EXTERNAL ") == 1 ? "OK 0123\r\n" : "REJECTED\r\n");
    while (in.find("BEGIN\r\n") == std::string::npos)
      if (!fill()) return;
    in.erase(0, in.find("BEGIN\r\n") + 7);
    while (true) {
      const auto length = collectors::host::dbus::message_bytes(in);
      if (!length || in.size() < *length) {
        if (!fill()) return;
        continue;
      }
      std::uint32_t serial = 0;
      std::memcpy(&serial, in.data() + 8, sizeof serial);
      const std::string message = in.substr(0, *length);
      in.erase(0, *length);
      const std::string reply = message.find("Hello") != std::string::npos
                                    ? answer(2, serial, "")
                                    : answer_(serial, message);
      if (reply.empty() || !send(reply)) return;
    }
  }

  const Answer answer_;
  UniqueFd listener_;
  std::thread thread_;
};

}  // namespace lapwing::testing

// Raw sockets on loopback for tests: a client that can misbehave, and a peer that serves what the
// test says. Every wait is bounded by ten seconds.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "agent/base/file.h"

namespace lapwing::testing {

inline constexpr int kPatienceMillis = 10'000;

class RawSocket {
 public:
  explicit RawSocket(UniqueFd fd) : fd_(std::move(fd)) {}

  /// Connects to a port of 127.0.0.1; `receive_buffer` > 0 makes a reader that holds little.
  static RawSocket connect(int port, int receive_buffer = 0) {
    UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (receive_buffer > 0)
      ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(std::uint16_t(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) fd.reset();
    return RawSocket(std::move(fd));
  }

  bool connected() const { return bool(fd_); }
  int fd() const { return fd_.get(); }
  void close() { fd_.reset(); }
  void finish_sending() { ::shutdown(fd_.get(), SHUT_WR); }

  /// False when the peer does not take it all.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      if (!wait(POLLOUT)) return false;
      const ssize_t sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(std::size_t(sent));
    }
    return true;
  }

  /// Reads until the received bytes contain `mark`; what came after it stays for the next read.
  /// "" when the peer closes or nothing comes.
  std::string read_until(std::string_view mark) {
    while (true) {
      if (const std::size_t at = kept_.find(mark); at != std::string::npos) {
        std::string text = kept_.substr(0, at + mark.size());
        kept_.erase(0, at + mark.size());
        return text;
      }
      if (!read_more()) return {};
    }
  }

  std::string read_bytes(std::size_t count) {
    while (kept_.size() < count)
      if (!read_more()) break;
    std::string text = kept_.substr(0, count);
    kept_.erase(0, count);
    return text;
  }

  /// Everything up to the peer's close.
  std::string read_all() {
    while (read_more()) {
    }
    return std::exchange(kept_, {});
  }

  struct Answer {
    int status = 0;
    std::string head;
    std::string body;
    bool has(std::string_view line) const { return head.find(line) != std::string::npos; }
  };

  /// One response; `head_only` for HEAD.
  Answer read_answer(bool head_only = false) {
    Answer answer;
    answer.head = read_until("\r\n\r\n");
    if (answer.head.size() < 12) return answer;
    answer.status = std::stoi(answer.head.substr(9, 3));
    const std::size_t length = answer.head.find("Content-Length: ");
    if (length != std::string::npos && !head_only)
      answer.body = read_bytes(std::stoul(answer.head.substr(length + 16)));
    return answer;
  }

  Answer ask(std::string_view request, bool head_only = false) {
    if (!send(request)) return {};
    return read_answer(head_only);
  }

 private:
  bool wait(short event) {
    pollfd entry{fd_.get(), event, 0};
    return ::poll(&entry, 1, kPatienceMillis) > 0;
  }
  bool read_more() {
    char bytes[16384];
    if (!fd_ || !wait(POLLIN)) return false;
    const ssize_t count = ::recv(fd_.get(), bytes, sizeof bytes, 0);
    if (count > 0) kept_.append(bytes, std::size_t(count));
    return count > 0;
  }

  UniqueFd fd_;
  std::string kept_;
};

/// Accepts `connections` connections, one after the other, and hands each to `serve`.
class RawServer {
 public:
  RawServer(int connections, std::function<void(RawSocket&)> serve)
      : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    ::bind(fd_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address);
    ::listen(fd_.get(), 16);
    ::getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&address), &length);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, connections, serve = std::move(serve)] {
      for (int i = 0; i < connections; ++i) {
        RawSocket peer(UniqueFd(::accept4(fd_.get(), nullptr, nullptr, SOCK_CLOEXEC)));
        if (!peer.connected()) return;
        serve(peer);
      }
    });
  }
  ~RawServer() {
    ::shutdown(fd_.get(), SHUT_RDWR);
    thread_.join();
  }

  int port() const { return port_; }
  std::string url(std::string_view path = "/") const {
    return "http://127.0.0.1:" + std::to_string(port_) + std::string(path);
  }

 private:
  UniqueFd fd_;
  int port_ = 0;
  std::thread thread_;
};

}  // namespace lapwing::testing

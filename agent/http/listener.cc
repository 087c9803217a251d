// Source of truth: socket(7), ip(7), ipv6(7), getaddrinfo(3).
#include "agent/http/listener.h"

#include <arpa/inet.h>
#include <fmt/core.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>

#include "agent/http/server.h"

namespace lapwing::http {
namespace {

constexpr int kBacklog = 256;

std::string place(const std::string& host, int port) {
  const bool v6 = host.find(':') != std::string::npos;
  return v6 ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

Error listen_error(const std::string& host, int port, int error_number) {
  std::string message =
      fmt::format("cannot listen on {}: {}", place(host, port), std::strerror(error_number));
  if (error_number == EADDRINUSE)
    message += " (another agent or program has it; choose another with --listen)";
  else if (error_number == EACCES)
    message += " (ports below 1024 need CAP_NET_BIND_SERVICE; choose another with --listen)";
  else if (error_number == EADDRNOTAVAIL)
    message += " (this host has no such address; choose another with --listen)";
  return unavailable(std::move(message));
}

/// Binds one address; -errno in `error_number` when it cannot.
UniqueFd bind_one(const addrinfo& info, int port, int& error_number) {
  UniqueFd socket(::socket(info.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int on = 1;
  const int off = 0;
  sockaddr_storage address{};
  std::memcpy(&address, info.ai_addr, info.ai_addrlen);
  if (info.ai_family == AF_INET6) {
    auto& v6 = reinterpret_cast<sockaddr_in6&>(address);
    v6.sin6_port = htons(std::uint16_t(port));
    // Only the wildcard takes IPv4 peers too.
    const bool any = IN6_IS_ADDR_UNSPECIFIED(&v6.sin6_addr);
    if (socket) ::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, any ? &off : &on, sizeof on);
  } else {
    reinterpret_cast<sockaddr_in&>(address).sin_port = htons(std::uint16_t(port));
  }
  if (socket) ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (socket && ::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), info.ai_addrlen) == 0 &&
      ::listen(socket.get(), kBacklog) == 0)
    return socket;
  error_number = errno;
  return UniqueFd();
}

int port_of(int socket) {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &length);
  return address.ss_family == AF_INET6 ? ntohs(reinterpret_cast<sockaddr_in6&>(address).sin6_port)
                                       : ntohs(reinterpret_cast<sockaddr_in&>(address).sin_port);
}

}  // namespace

Result<std::pair<std::string, int>> parse_listen_address(const std::string& text) {
  const Error error = invalid(
      fmt::format("bad listen address '{}': expected HOST:PORT, :PORT or [IPV6]:PORT", text));
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos) return error;
  std::string host = text.substr(0, colon);
  if (!host.empty() && host.front() == '[') {
    if (host.size() < 3 || host.back() != ']') return error;
    host = host.substr(1, host.size() - 2);
  } else if (host.find_first_of(":[]") != std::string::npos) {
    return error;
  }
  if (host.find_first_of(" \t\r\n/") != std::string::npos) return error;
  int port = -1;
  const char* const end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data() + colon + 1, end, port);
  if (failure != std::errc() || stop != end || port < 0 || port > 65535) return error;
  return std::pair(std::move(host), port);
}

Result<Listeners> open_listeners(const std::string& host, int port) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  // "::" takes both families; where IPv6 is switched off, the IPv4 wildcard has to do.
  if (const int failure =
          ::getaddrinfo(host.empty() ? "::" : host.c_str(), nullptr, &hints, &found);
      failure != 0)
    return invalid(
        fmt::format("cannot listen on {}: {}", place(host, port), ::gai_strerror(failure)));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
  Listeners listeners;
  listeners.port = port;
  int error_number = 0;
  for (const addrinfo* info = found; info != nullptr; info = info->ai_next) {
    UniqueFd socket = bind_one(*info, listeners.port, error_number);
    if (!socket) {
      // A name may have an address whose family is off here; a taken port is an error at once.
      if (error_number == EADDRINUSE || error_number == EACCES) break;
      continue;
    }
    listeners.port = port_of(socket.get());
    listeners.sockets.push_back(std::move(socket));
    error_number = 0;
  }
  const bool no_family = error_number == EAFNOSUPPORT || error_number == EADDRNOTAVAIL;
  if (listeners.sockets.empty() && host.empty() && no_family)
    return open_listeners("0.0.0.0", port);
  if (listeners.sockets.empty() || error_number == EADDRINUSE || error_number == EACCES)
    return listen_error(host, port, error_number);
  return listeners;
}

std::string address_text(const void* address) {
  char text[INET6_ADDRSTRLEN] = "";
  const auto* any = static_cast<const sockaddr*>(address);
  if (any->sa_family == AF_INET) {
    ::inet_ntop(AF_INET, &static_cast<const sockaddr_in*>(address)->sin_addr, text, sizeof text);
  } else if (any->sa_family == AF_INET6) {
    const in6_addr& v6 = static_cast<const sockaddr_in6*>(address)->sin6_addr;
    if (IN6_IS_ADDR_V4MAPPED(&v6))
      ::inet_ntop(AF_INET, &v6.s6_addr[12], text, sizeof text);
    else
      ::inet_ntop(AF_INET6, &v6, text, sizeof text);
  }
  return text;
}

}  // namespace lapwing::http

#include "collectors/probe/address.h"

#include <arpa/inet.h>
#include <netdb.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <memory>

namespace lapwing::collectors::probe {

std::string Address::text() const {
  std::array<char, INET6_ADDRSTRLEN> out{};
  if (is_ip4())
    ::inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in&>(storage).sin_addr, out.data(),
                out.size());
  else
    ::inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6&>(storage).sin6_addr, out.data(),
                out.size());
  return out.data();
}

void Address::set_port(std::uint16_t port) {
  if (is_ip4())
    reinterpret_cast<sockaddr_in&>(storage).sin_port = htons(port);
  else
    reinterpret_cast<sockaddr_in6&>(storage).sin6_port = htons(port);
}

std::optional<Address> literal_address(const std::string& written) {
  const bool bracketed = written.size() > 2 && written.front() == '[' && written.back() == ']';
  const std::string text = bracketed ? written.substr(1, written.size() - 2) : written;
  Address address;
  auto& ip4 = reinterpret_cast<sockaddr_in&>(address.storage);
  auto& ip6 = reinterpret_cast<sockaddr_in6&>(address.storage);
  if (!bracketed && ::inet_pton(AF_INET, text.c_str(), &ip4.sin_addr) == 1) {
    ip4.sin_family = AF_INET;
    address.size = sizeof ip4;
    return address;
  }
  if (::inet_pton(AF_INET6, text.c_str(), &ip6.sin6_addr) != 1) return std::nullopt;
  ip6.sin6_family = AF_INET6;
  address.size = sizeof ip6;
  return address;
}

Result<std::vector<Address>> look_up(const std::string& host) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  const int failed = ::getaddrinfo(host.c_str(), nullptr, &hints, &list);
  if (failed != 0) return unavailable("lookup " + host + ": " + ::gai_strerror(failed));
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owned(list, ::freeaddrinfo);
  std::vector<Address> addresses;
  for (const addrinfo* one = list; one != nullptr; one = one->ai_next) {
    if (one->ai_addrlen > sizeof(sockaddr_storage)) continue;
    Address address;
    std::memcpy(&address.storage, one->ai_addr, one->ai_addrlen);
    address.size = one->ai_addrlen;
    addresses.push_back(address);
  }
  return addresses;
}

std::optional<Address> choose(const std::vector<Address>& addresses,
                              const AddressOptions& options) {
  const bool ip4 = options.preferred == IpProtocol::Ip4;
  const auto preferred = std::find_if(addresses.begin(), addresses.end(),
                                      [&](const Address& one) { return one.is_ip4() == ip4; });
  if (preferred != addresses.end()) return *preferred;
  if (addresses.empty() || !options.fallback) return std::nullopt;
  return addresses.back();
}

std::uint32_t address_hash(const Address& address) {
  const void* bytes = &reinterpret_cast<const sockaddr_in6&>(address.storage).sin6_addr;
  std::size_t size = sizeof(in6_addr);
  if (address.is_ip4()) {
    bytes = &reinterpret_cast<const sockaddr_in&>(address.storage).sin_addr;
    size = sizeof(in_addr);
  }
  std::uint32_t hash = 2'166'136'261;
  for (std::size_t i = 0; i < size; ++i)
    hash = (hash ^ static_cast<const unsigned char*>(bytes)[i]) * 16'777'619;
  return hash;
}

std::optional<std::pair<std::string, std::uint16_t>> split_host_port(const std::string& target) {
  const std::size_t colon = target.rfind(':');
  if (colon == std::string::npos) return std::nullopt;
  std::string host = target.substr(0, colon);
  const bool bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
  if (!bracketed && host.find(':') != std::string::npos) return std::nullopt;
  if (bracketed) host = host.substr(1, host.size() - 2);
  std::uint16_t port = 0;
  const char* const end = target.data() + target.size();
  const auto [stop, error] = std::from_chars(target.data() + colon + 1, end, port);
  if (error != std::errc() || stop != end) return std::nullopt;
  return std::pair(std::move(host), port);
}

}  // namespace lapwing::collectors::probe

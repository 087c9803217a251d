#include "agent/http/proxy.h"

#include <arpa/inet.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <optional>

#include "agent/http/header.h"
#include "agent/http/url.h"

namespace lapwing::http {
namespace {

/// IPv4 is kept as IPv6's mapped form, so that both compare in one way.
using Address = std::array<std::uint8_t, 16>;

struct Parsed {
  Address bytes{};
  bool v4 = false;
};

std::optional<Parsed> parse_address(const std::string& text) {
  Parsed parsed;
  if (::inet_pton(AF_INET6, text.c_str(), parsed.bytes.data()) == 1) return parsed;
  parsed.bytes = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  parsed.v4 = true;
  if (::inet_pton(AF_INET, text.c_str(), parsed.bytes.data() + 12) == 1) return parsed;
  return std::nullopt;
}

bool is_loopback(const Origin& origin) {
  if (origin.host == "localhost") return true;
  const auto address = parse_address(origin.host);
  if (!address) return false;
  if (address->v4) return address->bytes[12] == 127;
  Address one{};
  one[15] = 1;
  return address->bytes == one;
}

bool in_block(const Parsed& address, std::string_view block) {
  const std::size_t slash = block.find('/');
  const auto base = parse_address(std::string(block.substr(0, slash)));
  int bits = 0;
  const std::string_view length = block.substr(slash + 1);
  const auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), bits);
  if (!base || error != std::errc() || end != length.data() + length.size()) return false;
  if (base->v4 != address.v4) return false;
  if (base->v4) bits += 96;
  if (bits < 0 || bits > 128) return false;
  const auto whole = std::size_t(bits / 8);
  if (std::memcmp(base->bytes.data(), address.bytes.data(), whole) != 0) return false;
  const int rest = bits % 8;
  return rest == 0 || (base->bytes[whole] ^ address.bytes[whole]) >> (8 - rest) == 0;
}

bool pattern_matches(const std::string& pattern, const Origin& origin,
                     const std::optional<Parsed>& address) {
  if (pattern.find('/') != std::string::npos) return address && in_block(*address, pattern);
  auto [host, port] = split_port(pattern);
  if (!port.empty() && port != origin.port) return false;
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (const auto exact = parse_address(host)) return address && exact->bytes == address->bytes;
  if (host.empty()) return false;
  if (host.starts_with("*.")) host.erase(0, 1);
  // ".domain" means what is below it, "domain" that and itself.
  if (!host.starts_with('.')) {
    if (origin.host == host) return true;
    host.insert(0, 1, '.');
  }
  return origin.host.size() > host.size() && origin.host.ends_with(host);
}

bool is_excluded(const Origin& origin, std::string_view no_proxy) {
  if (is_loopback(origin)) return true;
  const auto address = parse_address(origin.host);
  while (!no_proxy.empty()) {
    const std::size_t comma = std::min(no_proxy.find(','), no_proxy.size());
    const std::string pattern = lower_case(trimmed(no_proxy.substr(0, comma)));
    no_proxy.remove_prefix(std::min(comma + 1, no_proxy.size()));
    if (pattern == "*" || (!pattern.empty() && pattern_matches(pattern, origin, address)))
      return true;
  }
  return false;
}

std::string first_set(const Environment& environment, const char* upper, const char* lower_name) {
  std::string value = environment(upper);
  return value.empty() ? environment(lower_name) : value;
}

std::string with_scheme(std::string proxy) {
  if (!proxy.empty() && proxy.find("://") == std::string::npos) proxy.insert(0, "http://");
  return proxy;
}

}  // namespace

std::string proxy_for(const ProxyOptions& options, std::string_view url,
                      const Environment& environment) {
  const Origin origin = origin_of(url);
  if (options.from_environment) {
    const std::string proxy = origin.scheme == "https"
                                  ? first_set(environment, "HTTPS_PROXY", "https_proxy")
                                  : first_set(environment, "HTTP_PROXY", "http_proxy");
    if (proxy.empty()) return "";
    const std::string no_proxy = first_set(environment, "NO_PROXY", "no_proxy");
    return is_excluded(origin, no_proxy) ? "" : with_scheme(proxy);
  }
  if (options.url.empty()) return "";
  if (options.no_proxy.empty()) return options.url;
  return is_excluded(origin, options.no_proxy) ? "" : options.url;
}

}  // namespace lapwing::http

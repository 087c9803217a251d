// Which proxy a URL is called through. Source of truth: the rules of Go's httpproxy package, which
// Prometheus follows: no_proxy holds hosts, .domains, addresses, CIDR blocks, each maybe with a
// port; loopback is never called through a proxy unless it is set without no_proxy.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/base/result.h"

namespace lapwing::http {

struct ProxyOptions {
  std::string url{};
  std::string no_proxy{};
  bool from_environment = false;
  /// Sent with CONNECT, when an https URL goes through the proxy.
  std::vector<std::pair<std::string, std::string>> connect_headers{};
  bool operator==(const ProxyOptions&) const = default;
};

/// An environment variable's value, or "".
using Environment = std::function<std::string(const char* name)>;

/// The proxy's URL for `url` (http or https), or "": call it directly.
std::string proxy_for(const ProxyOptions& options, std::string_view url,
                      const Environment& environment);

}  // namespace lapwing::http

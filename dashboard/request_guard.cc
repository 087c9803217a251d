#include "dashboard/request_guard.h"

#include <strings.h>

#include <algorithm>
#include <string>

namespace lapwing::dashboard {
namespace {

bool same_text(std::string_view a, std::string_view b) {
  return a.size() == b.size() && ::strncasecmp(a.data(), b.data(), a.size()) == 0;
}

/// "name:5279", "[::1]:5279" → the part without the port, brackets kept.
std::string_view without_port(std::string_view authority) {
  if (authority.starts_with('[')) return authority.substr(0, authority.find(']') + 1);
  return authority.substr(0, authority.find(':'));
}

bool is_address(std::string_view host) {
  if (host.starts_with('[')) return host.ends_with(']');
  return !host.empty() && std::all_of(host.begin(), host.end(),
                                      [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
}

bool is_our_name(std::string_view host, std::string_view host_name) {
  if (is_address(host) || same_text(host, "localhost")) return true;
  return !host_name.empty() &&
         (same_text(host, host_name) || same_text(host, host_name.substr(0, host_name.find('.'))));
}

/// The host and port of an origin, "" when it has none ("null", or no URL).
std::string_view authority_of(std::string_view origin) {
  const std::size_t scheme = origin.find("://");
  return scheme == origin.npos ? std::string_view() : origin.substr(scheme + 3);
}

}  // namespace

Result<void> check_same_site(const http::Request& request, std::string_view host_name) {
  const std::string_view site = request.header("Sec-Fetch-Site");
  const std::string_view origin = request.header("Origin");
  if (site.empty() && origin.empty()) return {};
  // "none" is a person who typed the address; with a POST it comes from no page at all.
  if (!site.empty() && site != "same-origin" && site != "none")
    return invalid("this request comes from another site");
  const std::string_view host = request.header("Host");
  if (!origin.empty() && !same_text(authority_of(origin), host))
    return invalid("this request comes from another site");
  if (!is_our_name(without_port(host), host_name))
    return invalid("this request names the agent \"" + std::string(without_port(host)) +
                   "\", which is neither an address, localhost nor this host's name");
  return {};
}

}  // namespace lapwing::dashboard

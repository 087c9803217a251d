#include "agent/http/url.h"

#include <algorithm>
#include <utility>

namespace lapwing::http {

std::string lower_case(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = char(c - 'A' + 'a');
  return result;
}

std::pair<std::string, std::string> split_port(const std::string& pattern) {
  const std::size_t colon = pattern.rfind(':');
  const bool bracketed = pattern.starts_with('[');
  if (colon == std::string::npos) return {pattern, ""};
  if (!bracketed && pattern.find(':') != colon) return {pattern, ""};
  if (bracketed && pattern.find(']') > colon) return {pattern, ""};
  return {pattern.substr(0, colon), pattern.substr(colon + 1)};
}

Origin origin_of(std::string_view url) {
  Origin origin;
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return origin;
  origin.scheme = lower_case(url.substr(0, scheme));
  std::string_view authority = url.substr(scheme + 3);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos)
    authority.remove_prefix(at + 1);
  auto [host, port] = split_port(std::string(authority));
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  origin.host = lower_case(host);
  while (origin.host.ends_with('.')) origin.host.pop_back();
  origin.port = !port.empty() ? port : origin.scheme == "https" ? "443" : "80";
  return origin;
}

std::string bracketed_host(const Origin& origin) {
  return origin.host.find(':') != std::string::npos ? '[' + origin.host + ']' : origin.host;
}

std::string authority_of(std::string_view url) {
  url.remove_prefix(std::min(url.find("://") + 3, url.size()));
  url = url.substr(0, url.find_first_of("/?#"));
  const std::size_t at = url.rfind('@');
  return std::string(at == std::string_view::npos ? url : url.substr(at + 1));
}

std::string with_host(std::string_view url, std::string_view host) {
  const std::size_t from = url.find("://") + 3;
  const std::size_t end = std::min(url.find_first_of("/?#", from), url.size());
  std::string_view authority = url.substr(from, end - from);
  std::string changed(url.substr(0, from));
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    changed += authority.substr(0, at + 1);
    authority.remove_prefix(at + 1);
  }
  const std::size_t bracket = authority.rfind(']');
  const std::size_t colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  changed += host;
  if (colon != std::string_view::npos) changed += authority.substr(colon);
  changed += url.substr(end);
  return changed;
}

std::string presentable_url(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return std::string(url.substr(0, 200));
  std::string_view rest = url.substr(scheme + 3);
  // Userinfo ends at the authority's last '@'.
  const std::string_view authority = rest.substr(0, rest.find('/'));
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos)
    rest.remove_prefix(at + 1);
  return std::string(url.substr(0, scheme + 3)).append(rest.substr(0, 200));
}

}  // namespace lapwing::http

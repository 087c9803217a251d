// Parts of http and https URLs, as far as calling them needs. Source of truth: RFC 3986, 3.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace lapwing::http {

/// Scheme, host and port of a URL, in lower case, the port filled in: "https", "h", "443". An IPv6
/// address has no brackets.
struct Origin {
  std::string scheme;
  std::string host;
  std::string port;
  bool operator==(const Origin&) const = default;
};
Origin origin_of(std::string_view url);

/// Splits ":port" off a host; an IPv6 address without brackets has none.
std::pair<std::string, std::string> split_port(const std::string& host);

/// ASCII letters alone.
std::string lower_case(std::string_view text);

/// The origin's host as a URL writes it: an IPv6 address in brackets.
std::string bracketed_host(const Origin& origin);

/// "host:port" as the URL has it, without userinfo.
std::string authority_of(std::string_view url);

/// `url` with another host; userinfo and port stay.
std::string with_host(std::string_view url, std::string_view host);

/// The URL as logs and errors may show it: without userinfo and query.
std::string presentable_url(std::string_view url);

}  // namespace lapwing::http

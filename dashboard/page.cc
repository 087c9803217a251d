#include "dashboard/page.h"

#include <algorithm>
#include <string>

namespace lapwing::dashboard {
namespace {

/// Own scripts, styles and requests only; no frames, no forms, nothing inline (CSP level 3).
constexpr std::string_view kContentSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Whether an If-None-Match list names the tag (RFC 9110, 13.1.2: weak comparison).
bool names_tag(std::string_view list, std::string_view tag) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    std::string_view one = list.substr(0, comma);
    list.remove_prefix(std::min(comma + 1, list.size()));
    while (!one.empty() && one.front() == ' ') one.remove_prefix(1);
    while (!one.empty() && one.back() == ' ') one.remove_suffix(1);
    if (one.starts_with("W/")) one.remove_prefix(2);
    if (one == "*" || one == tag) return true;
  }
  return false;
}

}  // namespace

bool is_hashed_path(std::string_view path) {
  const std::size_t first = path.find('.');
  if (first == path.npos) return false;
  const std::size_t second = path.find('.', first + 1);
  if (second == path.npos) return false;
  const std::string_view hash = path.substr(first + 1, second - first - 1);
  return hash.size() >= 8 && std::all_of(hash.begin(), hash.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

http::Response asset_response(const Asset& asset, const http::Request& request) {
  const std::string tag = '"' + std::string(asset.etag) + '"';
  http::Response response;
  response.content_type = asset.content_type;
  response.headers = {
      {"ETag", tag},
      {"Cache-Control",
       is_hashed_path(asset.path) ? "public, max-age=31536000, immutable" : "no-cache"},
      {"Content-Security-Policy", std::string(kContentSecurityPolicy)},
      {"Referrer-Policy", "no-referrer"},
      {"X-Content-Type-Options", "nosniff"},
      {"X-Frame-Options", "DENY"},
      {"Cross-Origin-Opener-Policy", "same-origin"},
      {"Cross-Origin-Resource-Policy", "same-origin"}};
  if (names_tag(request.header("If-None-Match"), tag)) {
    response.status = 304;
    return response;
  }
  response.body = asset.gzipped_bytes;
  response.gzipped = true;
  return response;
}

}  // namespace lapwing::dashboard

#include "collectors/scrape/http_options.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "agent/http/header.h"
#include "collectors/scrape/tls_config.h"

namespace lapwing::collectors::scrape {
namespace {

// What HTTP itself, the scrape or an authorisation of its own sets.
constexpr std::array<std::string_view, 18> kReservedHeaders = {
    "Authorization",
    "Host",
    "Content-Encoding",
    "Content-Length",
    "Content-Type",
    "User-Agent",
    "Connection",
    "Keep-Alive",
    "Proxy-Authenticate",
    "Proxy-Authorization",
    "Www-Authenticate",
    "Accept-Encoding",
    "X-Prometheus-Remote-Write-Version",
    "X-Prometheus-Remote-Read-Version",
    "X-Prometheus-Scrape-Timeout-Seconds",
    "X-Amz-Date",
    "X-Amz-Security-Token",
    "X-Amz-Content-Sha256"};

TextOrFile read_text(config::Mapping& mapping, const std::string& key) {
  TextOrFile read{mapping.secret(key), mapping.path(key + "_file")};
  mapping.not_served({key + "_ref"});
  return read;
}

bool both(const TextOrFile& text) { return !text.text.empty() && !text.file.empty(); }

bool is_proxy_url(const std::string& url) {
  for (const std::string_view scheme : {"http://", "https://", "socks5://", "socks5h://"})
    if (url.starts_with(scheme) && url.size() > scheme.size()) return true;
  return false;
}

http::ProxyOptions read_proxy(config::Mapping& mapping) {
  http::ProxyOptions proxy;
  proxy.url = mapping.string("proxy_url");
  proxy.no_proxy = mapping.string("no_proxy");
  proxy.from_environment = mapping.flag("proxy_from_environment", false);
  mapping.section("proxy_connect_header", [&](config::Mapping& headers) {
    const config::Value* section = mapping.raw("proxy_connect_header");
    for (const config::Value::Entry& entry : section->entries())
      for (std::string& value : headers.strings(entry.key)) {
        if (!http::is_token(entry.key) || !http::is_header_value(value))
          headers.error(entry.key, "is no HTTP header");
        proxy.connect_headers.emplace_back(entry.key, std::move(value));
      }
  });
  if (!proxy.url.empty() && !is_proxy_url(proxy.url))
    mapping.error("proxy_url", "expected a URL that begins with http://, https:// or socks5://");
  if (!proxy.connect_headers.empty() && !proxy.from_environment && proxy.url.empty())
    mapping.error("proxy_connect_header",
                  "if proxy_connect_header is configured, proxy_url or proxy_from_environment must "
                  "also be configured");
  if (proxy.from_environment && !proxy.url.empty())
    mapping.error("proxy_url",
                  "if proxy_from_environment is configured, proxy_url must not be configured");
  if (proxy.from_environment && !proxy.no_proxy.empty())
    mapping.error("no_proxy",
                  "if proxy_from_environment is configured, no_proxy must not be configured");
  if (proxy.url.empty() && !proxy.from_environment && !proxy.no_proxy.empty())
    mapping.error("no_proxy", "if no_proxy is configured, proxy_url must also be configured");
  return proxy;
}

ExtraHeader read_header(config::Mapping& header, std::string name) {
  ExtraHeader read{std::move(name), {}};
  for (std::string& value : header.strings("values"))
    read.values.push_back({config::Secret(std::move(value)), ""});
  for (std::string& secret : header.strings("secrets"))
    read.values.push_back({config::Secret(std::move(secret)), ""});
  for (std::string& file : header.paths("files")) read.values.push_back({{}, std::move(file)});
  return read;
}

std::vector<ExtraHeader> read_headers(config::Mapping& mapping) {
  std::vector<ExtraHeader> headers;
  mapping.section("http_headers", [&](config::Mapping& section) {
    const config::Value* raw = mapping.raw("http_headers");
    for (const config::Value::Entry& entry : raw->entries()) {
      const bool reserved = std::any_of(
          kReservedHeaders.begin(), kReservedHeaders.end(),
          [&](std::string_view known) { return http::equal_without_case(known, entry.key); });
      if (reserved) section.error(entry.key, "setting this header is not allowed");
      if (!http::is_token(entry.key)) section.error(entry.key, "is no HTTP header's name");
      section.section(entry.key, [&](config::Mapping& header) {
        headers.push_back(read_header(header, entry.key));
      });
    }
  });
  return headers;
}

std::optional<OAuth2Options> read_oauth2(config::Mapping& mapping) {
  std::optional<OAuth2Options> options;
  mapping.section("oauth2", [&](config::Mapping& oauth2) {
    options.emplace();
    options->client_id = oauth2.string("client_id");
    options->client_secret = read_text(oauth2, "client_secret");
    options->scopes = oauth2.strings("scopes");
    options->token_url = oauth2.string("token_url");
    options->parameters = oauth2.string_map("endpoint_params");
    options->tls = read_tls_options(oauth2);
    options->proxy = read_proxy(oauth2);
    if (options->client_id.empty())
      oauth2.error("client_id", "oauth2 client_id must be configured");
    if (options->token_url.empty())
      oauth2.error("token_url", "oauth2 token_url must be configured");
    if (both(options->client_secret))
      oauth2.error("client_secret_file",
                   "at most one of oauth2 client_secret & client_secret_file must be configured");
  });
  return options;
}

void read_basic(config::Mapping& mapping, HttpOptions& options) {
  mapping.section("basic_auth", [&](config::Mapping& basic) {
    options.basic = true;
    options.username = read_text(basic, "username");
    options.password = read_text(basic, "password");
    if (both(options.username))
      basic.error("username_file",
                  "at most one of basic_auth username & username_file must be configured");
    if (both(options.password))
      basic.error("password_file",
                  "at most one of basic_auth password & password_file must be configured");
  });
}

void read_authorization(config::Mapping& mapping, HttpOptions& options) {
  mapping.section("authorization", [&](config::Mapping& authorization) {
    options.authorization_type = http::trimmed(authorization.string("type", "Bearer"));
    if (options.authorization_type.empty()) options.authorization_type = "Bearer";
    options.authorization = read_text(authorization, "credentials");
    if (both(options.authorization))
      authorization.error(
          "credentials_file",
          "at most one of authorization credentials & credentials_file must be configured");
    if (http::equal_without_case(options.authorization_type, "basic"))
      authorization.error(
          "type", "authorization type cannot be set to \"basic\", use \"basic_auth\" instead");
  });
  const TextOrFile bearer{mapping.secret("bearer_token"), mapping.path("bearer_token_file")};
  if (bearer.empty()) return;
  if (both(bearer))
    mapping.error("bearer_token_file",
                  "at most one of bearer_token & bearer_token_file must be configured");
  if (!options.authorization_type.empty())
    mapping.error("authorization",
                  "authorization is not compatible with bearer_token & bearer_token_file");
  if (options.basic || options.oauth2)
    mapping.error("bearer_token",
                  "at most one of basic_auth, oauth2, bearer_token & bearer_token_file must be "
                  "configured");
  options.authorization_type = "Bearer";
  options.authorization = bearer;
}

}  // namespace

HttpOptions read_http_options(config::Mapping& mapping) {
  HttpOptions options;
  read_basic(mapping, options);
  options.oauth2 = read_oauth2(mapping);
  read_authorization(mapping, options);
  if (int(options.basic) + int(options.oauth2.has_value()) + int(mapping.has("authorization")) > 1)
    mapping.error(mapping.has("authorization") ? "authorization" : "oauth2",
                  "at most one of basic_auth, oauth2 & authorization must be configured");
  options.tls = read_tls_options(mapping);
  options.proxy = read_proxy(mapping);
  options.headers = read_headers(mapping);
  options.follow_redirects = mapping.flag("follow_redirects", true);
  // We speak HTTP/1.1 alone, which every server of HTTP/2 speaks too.
  mapping.flag("enable_http2", true);
  return options;
}

}  // namespace lapwing::collectors::scrape

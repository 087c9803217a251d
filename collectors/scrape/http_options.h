// How a server is called, by scrapes and by HTTP discovery: authorisation, TLS, proxies, headers.
// Keys, defaults and errors are those of Prometheus's HTTP client (configuration/#http_config).
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/config/mapping.h"
#include "agent/http/proxy.h"
#include "agent/http/tls_options.h"

namespace lapwing::collectors::scrape {

/// A text that stands in the configuration or in a file of its own, which is read again when it
/// changes.
struct TextOrFile {
  config::Secret text{};
  std::string file{};
  bool empty() const { return text.empty() && file.empty(); }
  bool operator==(const TextOrFile&) const = default;
};

struct ExtraHeader {
  std::string name;
  std::vector<TextOrFile> values;
  bool operator==(const ExtraHeader&) const = default;
};

/// Client credentials (RFC 6749, 4.4): a token from `token_url`, renewed before it ends.
struct OAuth2Options {
  std::string client_id;
  TextOrFile client_secret;
  std::vector<std::string> scopes;
  std::string token_url;
  std::vector<std::pair<std::string, std::string>> parameters;
  http::TlsOptions tls;
  http::ProxyOptions proxy;
  bool operator==(const OAuth2Options&) const = default;
};

struct HttpOptions {
  bool basic = false;  ///< basic_auth is set, if only to empty texts
  TextOrFile username{};
  TextOrFile password{};
  std::string authorization_type{};  ///< "Bearer"; empty: none
  TextOrFile authorization{};
  std::optional<OAuth2Options> oauth2{};
  http::TlsOptions tls{};
  http::ProxyOptions proxy{};
  std::vector<ExtraHeader> headers{};
  bool follow_redirects = true;
  bool operator==(const HttpOptions&) const = default;
};

/// Reads the keys from a job or a discovery section; what is wrong goes to its diagnostics.
HttpOptions read_http_options(config::Mapping& mapping);

}  // namespace lapwing::collectors::scrape

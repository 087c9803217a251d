#include "collectors/scrape/http_options.h"

#include <catch2/catch.hpp>

using namespace lapwing;
using namespace lapwing::collectors::scrape;

namespace {

struct Read {
  HttpOptions options;
  std::string errors;
};

Read read(const std::string& yaml) {
  config::Diagnostics diagnostics;
  const auto value = config::parse_yaml("/etc/t.yml", "{" + yaml + "}");
  REQUIRE(value.ok());
  Read found;
  {
    config::Mapping mapping(*value, "", diagnostics);
    found.options = read_http_options(mapping);
    mapping.finish();
  }
  const auto result = diagnostics.result();
  if (!result) found.errors = result.error().message;
  return found;
}

bool fails(const std::string& yaml, const std::string& with) {
  const Read found = read(yaml);
  INFO(yaml + " -> " + found.errors);
  CHECK(found.errors.find(with) != std::string::npos);
  return found.errors.find(with) != std::string::npos;
}

}  // namespace

TEST_CASE("http options: authorisation in all its forms") {
  const Read basic = read("basic_auth: {username: u, password_file: pw}");
  CHECK(basic.errors == "");
  CHECK(basic.options.basic);
  CHECK(basic.options.username.text.reveal() == "u");
  CHECK(basic.options.password.file == "/etc/pw");
  CHECK(read("authorization: {credentials: c}").options.authorization_type == "Bearer");
  CHECK(read("authorization: {type: ' Token ', credentials: c}").options.authorization_type ==
        "Token");
  const Read bearer = read("bearer_token_file: t");
  CHECK(bearer.options.authorization_type == "Bearer");
  CHECK(bearer.options.authorization.file == "/etc/t");
  const Read oauth2 = read(
      "oauth2: {client_id: i, client_secret: s, scopes: [a, b], token_url: 'http://h/t', "
      "endpoint_params: {x: y}, tls_config: {ca_file: c}}");
  CHECK(oauth2.errors == "");
  REQUIRE(oauth2.options.oauth2);
  CHECK(oauth2.options.oauth2->scopes.size() == 2);
  CHECK(oauth2.options.oauth2->tls.ca_file == "/etc/c");
  CHECK(read("").options == HttpOptions());
}

TEST_CASE("http options: TLS, proxies, headers, redirects") {
  const Read found = read(
      "tls_config: {ca: C, cert_file: c, key: K, server_name: n, insecure_skip_verify: true, "
      "min_version: TLS12, max_version: TLS13}, proxy_url: 'http://p:1', no_proxy: 'x,y', "
      "proxy_connect_header: {X-A: [1, 2]}, follow_redirects: false, enable_http2: false, "
      "http_headers: {X-B: {values: [v], secrets: [s], files: [f]}}");
  CHECK(found.errors == "");
  const http::TlsOptions& tls = found.options.tls;
  CHECK(tls.ca == "C");
  CHECK(tls.certificate_file == "/etc/c");
  CHECK(tls.key == "K");
  CHECK(tls.server_name == "n");
  CHECK_FALSE(tls.verify);
  CHECK(tls.least == http::TlsVersion::Tls12);
  CHECK(tls.most == http::TlsVersion::Tls13);
  CHECK(found.options.proxy.connect_headers.size() == 2);
  CHECK_FALSE(found.options.follow_redirects);
  REQUIRE(found.options.headers.size() == 1);
  CHECK(found.options.headers[0].values.size() == 3);
  CHECK(found.options.headers[0].values[2].file == "/etc/f");
}

TEST_CASE("http options: what contradicts itself fails in Prometheus's words") {
  CHECK(fails("basic_auth: {username: u, username_file: f}",
              "at most one of basic_auth username & username_file must be configured"));
  CHECK(fails("basic_auth: {password: u, password_file: f}",
              "at most one of basic_auth password & password_file must be configured"));
  CHECK(fails("basic_auth: {}, authorization: {credentials: x}",
              "at most one of basic_auth, oauth2 & authorization must be configured"));
  CHECK(fails("authorization: {credentials: x, credentials_file: y}",
              "at most one of authorization credentials & credentials_file"));
  CHECK(fails("authorization: {type: BASIC}", "cannot be set to \"basic\", use \"basic_auth\""));
  CHECK(fails("bearer_token: a, bearer_token_file: b",
              "at most one of bearer_token & bearer_token_file must be configured"));
  CHECK(fails("bearer_token: a, authorization: {credentials: x}",
              "authorization is not compatible with bearer_token & bearer_token_file"));
  CHECK(fails("bearer_token: a, basic_auth: {username: x}",
              "at most one of basic_auth, oauth2, bearer_token & bearer_token_file"));
  CHECK(fails("oauth2: {client_secret: s}", "oauth2 client_id must be configured"));
  CHECK(fails("oauth2: {client_id: s}", "oauth2 token_url must be configured"));
  CHECK(fails("tls_config: {ca: a, ca_file: b}", "at most one of ca and ca_file"));
  CHECK(fails("tls_config: {cert: a}", "exactly one of key or key_file must be configured"));
  CHECK(fails("tls_config: {key: a}", "exactly one of cert or cert_file must be configured"));
  CHECK(fails("tls_config: {min_version: TLS9}", "min_version"));
  CHECK(fails("no_proxy: x", "if no_proxy is configured, proxy_url must also be configured"));
  CHECK(fails("proxy_from_environment: true, proxy_url: 'http://p'",
              "proxy_url must not be configured"));
  CHECK(fails("proxy_from_environment: true, no_proxy: p", "no_proxy must not be configured"));
  CHECK(fails("proxy_connect_header: {X: [y]}", "if proxy_connect_header is configured"));
  CHECK(fails("proxy_url: 'ftp://p'", "expected a URL that begins with"));
  CHECK(fails("http_headers: {host: {values: [x]}}", "setting this header is not allowed"));
  CHECK(fails("http_headers: {'a b': {values: [x]}}", "is no HTTP header's name"));
  CHECK(fails("http_headers: {X: {value: [x]}}", "unknown key \"value\""));
}

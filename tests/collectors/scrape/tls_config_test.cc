#include "collectors/scrape/tls_config.h"

#include <catch2/catch.hpp>

using namespace lapwing;
using namespace lapwing::collectors::scrape;

namespace {

std::pair<http::TlsOptions, std::string> tls_config(const std::string& yaml) {
  const auto tree = config::parse_yaml("/etc/t.yml", yaml);
  REQUIRE(tree.ok());
  config::Diagnostics diagnostics;
  config::Mapping mapping(*tree, "", diagnostics);
  http::TlsOptions options = read_tls_options(mapping);
  mapping.finish();
  const auto result = diagnostics.result();
  return {std::move(options), result ? "" : result.error().message};
}

}  // namespace

TEST_CASE("tls config: every key, paths relative to the file; without a section the defaults") {
  const auto [options, errors] = tls_config(
      "tls_config: {ca_file: ca.pem, cert_file: c.pem, key_file: k.pem, server_name: n, "
      "insecure_skip_verify: true, min_version: TLS12, max_version: TLS13}");
  CHECK(errors.empty());
  CHECK(options.ca_file == "/etc/ca.pem");
  CHECK(options.server_name == "n");
  CHECK_FALSE(options.verify);
  CHECK(options.least == http::TlsVersion::Tls12);
  CHECK(options.most == http::TlsVersion::Tls13);
  CHECK(tls_config("{}").first == http::TlsOptions{});
}

TEST_CASE("tls config: a certificate without its key, or two of one thing, are mistakes") {
  CHECK(tls_config("tls_config: {cert_file: c}").second.find("key") != std::string::npos);
  CHECK(tls_config("tls_config: {ca: x, ca_file: y}").second.find("at most one of ca") !=
        std::string::npos);
  CHECK_FALSE(tls_config("tls_config: {min_version: SSL3}").second.empty());
}

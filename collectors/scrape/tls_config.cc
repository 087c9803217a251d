#include "collectors/scrape/tls_config.h"

#include <string>
#include <string_view>

namespace lapwing::collectors::scrape {
namespace {

http::TlsVersion tls_version(config::Mapping& tls, std::string_view key) {
  const std::string text = tls.choice(key, "", {"TLS10", "TLS11", "TLS12", "TLS13"});
  if (text == "TLS10") return http::TlsVersion::Tls10;
  if (text == "TLS11") return http::TlsVersion::Tls11;
  if (text == "TLS12") return http::TlsVersion::Tls12;
  if (text == "TLS13") return http::TlsVersion::Tls13;
  return http::TlsVersion::Any;
}

}  // namespace

http::TlsOptions read_tls_options(config::Mapping& mapping) {
  http::TlsOptions options;
  mapping.section("tls_config", [&](config::Mapping& tls) {
    options.ca = tls.string("ca");
    options.ca_file = tls.path("ca_file");
    options.certificate = tls.string("cert");
    options.certificate_file = tls.path("cert_file");
    options.key = tls.secret("key").reveal();
    options.key_file = tls.path("key_file");
    options.server_name = tls.string("server_name");
    options.verify = !tls.flag("insecure_skip_verify", false);
    options.least = tls_version(tls, "min_version");
    options.most = tls_version(tls, "max_version");
    tls.not_served({"ca_ref", "cert_ref", "key_ref"});
    if (!options.ca.empty() && !options.ca_file.empty())
      tls.error("ca_file", "at most one of ca and ca_file must be configured");
    if (!options.certificate.empty() && !options.certificate_file.empty())
      tls.error("cert_file", "at most one of cert and cert_file must be configured");
    if (!options.key.empty() && !options.key_file.empty())
      tls.error("key_file", "at most one of key and key_file must be configured");
    const bool certified = !options.certificate.empty() || !options.certificate_file.empty();
    const bool keyed = !options.key.empty() || !options.key_file.empty();
    if (certified && !keyed)
      tls.error("cert_file",
                "exactly one of key or key_file must be configured when a client certificate is "
                "configured");
    if (keyed && !certified)
      tls.error("key_file",
                "exactly one of cert or cert_file must be configured when a client key is "
                "configured");
  });
  return options;
}

}  // namespace lapwing::collectors::scrape

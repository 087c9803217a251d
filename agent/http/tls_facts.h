// TlsFacts: what a TLS connection agreed on, and the certificates that the peer showed, in the
// words of Go's crypto/tls and crypto/x509, which Prometheus's exporters use in labels.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace lapwing::http {

struct TlsFacts {
  std::string version;  ///< "TLS 1.3"
  std::string cipher;   ///< IANA's name: "TLS_AES_128_GCM_SHA256"
  /// When the first certificate that the peer showed ends, in seconds since 1970.
  std::int64_t earliest_expiry = 0;
  /// When the chain that was verified ends: its first certificate to do so. None: not verified.
  std::optional<std::int64_t> chain_expiry{};
  // Of the peer's own certificate:
  std::string fingerprint_sha256;  ///< hexadecimal, lower case
  std::string subject;             ///< RFC 2253
  std::string issuer;
  std::string dns_names;  ///< with commas between them
  std::string serial;     ///< hexadecimal, lower case

  bool empty() const { return version.empty(); }
};

/// `ssl`: an OpenSSL SSL* whose handshake is over. `verified`: the peer was checked and passed.
TlsFacts read_tls_facts(void* ssl, bool verified);

}  // namespace lapwing::http

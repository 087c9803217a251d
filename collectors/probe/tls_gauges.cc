#include "collectors/probe/tls_gauges.h"

namespace lapwing::collectors::probe {
namespace {

// The helps are blackbox_exporter's, the first two with its slips.
constexpr Gauge kEarliestExpiry{"probe_ssl_earliest_cert_expiry",
                                "Returns last SSL chain expiry in unixtime"};
constexpr Gauge kChainExpiry{"probe_ssl_last_chain_expiry_timestamp_seconds",
                             "Returns last SSL chain expiry in timestamp"};
constexpr Gauge kChainInfo{"probe_ssl_last_chain_info",
                           "Contains SSL leaf certificate information"};
constexpr Gauge kVersion{"probe_tls_version_info",
                         "Returns the TLS version used or NaN when unknown"};
constexpr Gauge kCipher{"probe_tls_cipher_info",
                        "Returns the TLS cipher negotiated during handshake"};
// Go's zero time, 0001-01-01, which stands for a chain that was not verified.
constexpr double kNoTime = -62'135'596'800;

}  // namespace

void set_tls_gauges(ProbePage& page, const http::TlsFacts& facts, Cipher cipher) {
  page.set(kEarliestExpiry, double(facts.earliest_expiry));
  page.set(kChainExpiry, facts.chain_expiry ? double(*facts.chain_expiry) : kNoTime);
  page.set(kChainInfo,
           {{"fingerprint_sha256", facts.fingerprint_sha256},
            {"issuer", facts.issuer},
            {"serialnumber", facts.serial},
            {"subject", facts.subject},
            {"subjectalternative", facts.dns_names}},
           1);
  page.set(kVersion, {{"version", facts.version}}, 1);
  if (cipher == Cipher::Shown) page.set(kCipher, {{"cipher", facts.cipher}}, 1);
}

}  // namespace lapwing::collectors::probe

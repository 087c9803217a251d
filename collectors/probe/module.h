// A probe module: how a target is probed, under a name. Source of truth: blackbox_exporter's
// configuration (its CONFIGURATION.md), which pastes in unchanged; its grpc and unix probers and
// CEL expressions are known and not served.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/base/regex.h"
#include "agent/base/time.h"
#include "agent/config/mapping.h"
#include "agent/http/tls_options.h"
#include "collectors/scrape/http_options.h"

namespace lapwing::collectors::probe {

enum class IpProtocol { Ip4, Ip6 };

/// Which of a name's addresses is called, and from where.
struct AddressOptions {
  IpProtocol preferred = IpProtocol::Ip6;
  bool fallback = true;  ///< the other protocol, where the name has no address of this one
  std::string source{};  ///< our own address; "": the kernel chooses
};

struct HeaderMatch {
  std::string header;
  Regex regex;
  bool allow_missing = false;
};

enum class Compression { None, Identity, Gzip, Deflate, Brotli };

struct HttpModule {
  AddressOptions address{};
  std::vector<int> valid_status_codes{};  ///< none: 2xx
  std::vector<std::string> valid_http_versions{};
  bool fail_if_ssl = false;
  bool fail_if_not_ssl = false;
  std::string method = "GET";
  std::string body{};
  std::string body_file{};
  std::vector<std::pair<std::string, std::string>> headers{};
  std::vector<Regex> fail_if_body_matches{};
  std::vector<Regex> fail_if_body_not_matches{};
  std::vector<HeaderMatch> fail_if_header_matches{};
  std::vector<HeaderMatch> fail_if_header_not_matches{};
  Compression compression = Compression::None;
  std::uint64_t body_size_limit_bytes = 0;  ///< 0: kBodyLimitBytes
  bool enable_http2 = true;
  scrape::HttpOptions access{};  ///< authorisation, TLS, proxy, redirects
};

/// One step of a conversation: reads lines until one matches, then sends.
struct QueryStep {
  std::optional<Regex> expect{};  ///< matches the whole line, whatever part of it was asked for
  std::string expect_pattern{};   ///< as written
  std::string expect_bytes{};
  std::string send{};
  bool starttls = false;
  std::vector<std::pair<std::string, std::string>> labels{};  ///< of probe_expect_info
};

struct TcpModule {
  AddressOptions address{};
  std::vector<QueryStep> query_response{};
  bool tls = false;
  http::TlsOptions tls_options{};
};

struct RecordCheck {
  std::vector<Regex> fail_if_matches{};
  std::vector<Regex> fail_if_all_match{};
  std::vector<Regex> fail_if_not_matches{};
  std::vector<Regex> fail_if_none_matches{};
};

struct DnsModule {
  AddressOptions address{};
  bool tcp = false;
  bool tls = false;
  http::TlsOptions tls_options{};
  std::string query_name{};
  std::uint16_t query_class = 1;   ///< IN
  std::uint16_t query_type = 255;  ///< ANY
  bool recursion_desired = true;
  std::vector<int> valid_rcodes{};  ///< none: NOERROR
  RecordCheck answer{};
  RecordCheck authority{};
  RecordCheck additional{};
};

struct IcmpModule {
  AddressOptions address{};
  std::size_t payload_size_bytes = 0;  ///< 0: as much as our mark
  bool dont_fragment = false;
  int ttl = 64;
};

enum class Kind { Http, Tcp, Dns, Icmp, NotServed };

inline constexpr std::uint64_t kBodyLimitBytes = 16u << 20;

struct Module {
  std::string name;
  std::string prober;  ///< as written: "http"
  Kind kind = Kind::Http;
  Duration timeout{};  ///< 0: what the scrape allows
  HttpModule http{};
  TcpModule tcp{};
  DnsModule dns{};
  IcmpModule icmp{};
  std::string yaml{};  ///< as configured, secrets hidden, for debug=true
};

using Modules = std::map<std::string, std::shared_ptr<const Module>, std::less<>>;

/// http_2xx, http_post_2xx, tcp_connect, icmp and the like: what blackbox_exporter's own example
/// file has, so that a probe needs no configuration.
Modules default_modules();

/// The defaults, and over them the map `modules` of the root and of the files that
/// `probe_module_files` names.
Modules read_modules(config::Mapping& root);

}  // namespace lapwing::collectors::probe

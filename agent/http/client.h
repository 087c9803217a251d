// Client: all outgoing HTTP and mail, by libcurl's multi interface on one thread of its own.
// libcurl is loaded on first use: an agent that calls nobody does not carry it.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "agent/base/log.h"
#include "agent/base/result.h"
#include "agent/base/time.h"
#include "agent/http/message.h"
#include "agent/http/proxy.h"
#include "agent/http/tls_options.h"
#include "agent/http/trace.h"
#include "agent/metrics/registry.h"

namespace lapwing::http {

/// What makes a request a mail (RFC 5321): then its URL is smtp[s]://host:port/our-name, its body
/// the message with CRLF, and its answer's status the server's last reply (250).
struct MailEnvelope {
  std::string from;
  std::vector<std::string> to;
  bool require_tls = true;  ///< no STARTTLS, no mail
  std::string mechanism;    ///< of authorisation, such as CRAM-MD5; empty: the server's best
};

struct ClientRequest {
  std::string method = "GET";
  std::string url;  ///< http or https; of a mail smtp or smtps
  Pairs headers{};
  std::string body{};
  Duration timeout = 10s;                        ///< of the whole exchange
  std::size_t response_limit_bytes = 64u << 20;  ///< after decompression
  /// At most 10. To another origin (scheme, host, port) go neither credentials nor our certificate
  /// nor any header but Accept, Content-Type and the scrape's timeout.
  bool follow_redirects = true;
  bool accept_compressed = true;
  bool basic = false;  ///< basic authorisation; a username alone means it too
  std::string username{};
  std::string password{};
  std::shared_ptr<const TlsOptions> tls{};      ///< none: the system's authorities, nothing else
  std::shared_ptr<const ProxyOptions> proxy{};  ///< none: called directly
  std::shared_ptr<const MailEnvelope> mail{};   ///< set: a mail, no HTTP

  // What probes need beyond that:
  /// Called at this IP address, whatever the URL's host stands for, while it stays the same.
  std::string address{};
  bool fresh_connection = false;  ///< one of its own, which is not kept
  bool http2 = false;             ///< where the server offers it behind TLS
  bool unpack = true;             ///< false: the body stays as it came, packed or not
  bool keep_body = true;          ///< false: its bytes are counted in the trace alone
  /// Set: filled as far as the request comes. Cookies then go along with redirects, and what
  /// redirects more than ten times answers with the last redirect.
  std::shared_ptr<ClientTrace> trace{};
};

struct ClientResponse {
  int status = 0;
  Pairs headers{};
  std::string body{};
  double seconds = 0;  ///< of the whole exchange

  /// Names compare without case; "" when missing.
  std::string_view header(std::string_view name) const;
};

/// Any status is a response; Unavailable means that there was none (refused, timed out, too
/// large, TLS), with the reason in words; Invalid, that the request cannot be sent as it is.
using ClientCallback = std::function<void(Result<ClientResponse>)>;

struct ClientOptions {
  std::size_t in_flight_limit = 64;   ///< requests on the wire at once; the others wait
  std::size_t queue_limit = 1024;     ///< requests that wait; one more is Unavailable at once
  std::size_t kept_connections = 32;  ///< idle ones, ready for the next request to their host
};

class Client {
 public:
  /// `log` and `registry` must outlive it. Cheap: the thread and libcurl come with the first send.
  Client(Log& log, metrics::Registry& registry, ClientOptions options = {});
  /// Calls every callback that is still due with Unavailable, then returns.
  ~Client();

  /// Any thread. The callback comes once, on the client's thread, and must not block. (Before
  /// send returns only where there is no such thread: libcurl is missing, or the client stops.)
  void send(ClientRequest request, ClientCallback done);
  /// The same, waiting for the answer; not from a callback.
  Result<ClientResponse> exchange(ClientRequest request);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lapwing::http

// What an HTTP module asks of an answer: status, headers, body, version, TLS. Pure; the order and
// what each failure leaves behind are blackbox_exporter's.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "agent/http/message.h"
#include "agent/http/trace.h"
#include "collectors/probe/module.h"

namespace lapwing::collectors::probe {

/// What came back, as far as it did.
struct HttpAnswer {
  int status = 0;
  std::string_view protocol;  ///< "HTTP/1.1", "HTTP/2"
  const http::Pairs& headers;
  std::string_view body;      ///< unpacked
  bool body_is_whole = true;  ///< false: cut or too large
  bool unpacked = true;       ///< false: not packed as the module says
  bool tls = false;
};

struct HttpVerdict {
  bool success = false;
  bool failed_due_to_regex = false;
  std::string reason;  ///< of the failure
};

HttpVerdict check_http_answer(const HttpAnswer& answer, const HttpModule& module);

/// "HTTP/1.1" → 1.1, "HTTP/2" → 2; 0 when it is none.
double protocol_number(std::string_view protocol);

/// The body under the module's compression; nothing when it is damaged or passes the limit.
std::optional<std::string> unpack_body(Compression compression, std::string body,
                                       std::size_t limit_bytes);

/// Last-Modified in seconds since 1970, in any of HTTP's three forms (RFC 9110, 5.6.7).
std::optional<double> parse_http_date(const std::string& text);

/// Content-Length, or -1 when there is none.
double content_length(const http::Pairs& headers, int status);

}  // namespace lapwing::collectors::probe

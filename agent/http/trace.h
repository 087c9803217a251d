// What a probe wants to know of a request besides its answer: the phases of each call on the way,
// what TLS agreed on, and what there was of an answer when the request failed in the end.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agent/http/message.h"
#include "agent/http/tls_facts.h"

namespace lapwing::http {

/// One call: the request itself, or what a redirect led to. Seconds since the call began; 0 for
/// what was not reached.
struct Hop {
  std::string url;
  bool tls = false;
  int status = 0;
  double name_looked_up = 0;
  double connected = 0;
  double tls_agreed = 0;
  double first_byte = 0;
  double ended = 0;
};

/// Written by the client's thread until the request's callback comes.
struct ClientTrace {
  std::vector<Hop> hops;
  std::string protocol;          ///< of the newest answer: "HTTP/1.1", "HTTP/2"
  Pairs headers;                 ///< of the newest answer
  std::uint64_t body_bytes = 0;  ///< that came of the newest answer, as they came
  TlsFacts tls;                  ///< of the newest connection; empty where it had no TLS
};

}  // namespace lapwing::http

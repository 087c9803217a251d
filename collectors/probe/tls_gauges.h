// The gauges that tell of TLS, the same for HTTP and TCP.
#pragma once

#include "agent/http/tls_facts.h"
#include "collectors/probe/page.h"

namespace lapwing::collectors::probe {

enum class Cipher { Shown, LeftOut };

/// Certificates and version; the cipher where blackbox_exporter shows it.
void set_tls_gauges(ProbePage& page, const http::TlsFacts& facts, Cipher cipher);

}  // namespace lapwing::collectors::probe

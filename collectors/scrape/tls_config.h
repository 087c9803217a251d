// The section `tls_config` of whoever calls others. Keys and errors are those of Prometheus
// (configuration/#tls_config).
#pragma once

#include "agent/config/mapping.h"
#include "agent/http/tls_options.h"

namespace lapwing::collectors::scrape {

/// The options of `mapping`'s section; without one the defaults.
http::TlsOptions read_tls_options(config::Mapping& mapping);

}  // namespace lapwing::collectors::scrape

// How a job's targets are found: static lists, files, an HTTP server, DNS. Keys, defaults and
// errors are Prometheus 3.5's.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agent/base/time.h"
#include "agent/config/mapping.h"
#include "collectors/scrape/discovery/group.h"
#include "collectors/scrape/http_options.h"

namespace lapwing::collectors::scrape {

struct FileDiscovery {
  std::vector<std::string> patterns;  ///< paths; `*` may stand in the last part
  Duration refresh_interval = 5min;
  bool operator==(const FileDiscovery&) const = default;
};

struct HttpDiscovery {
  std::string url;
  Duration refresh_interval = 1min;
  HttpOptions http;
  bool operator==(const HttpDiscovery&) const = default;
};

enum class DnsType { A, Aaaa, Srv, Mx, Ns };

struct DnsDiscovery {
  std::vector<std::string> names;
  DnsType type = DnsType::Srv;
  std::uint16_t port = 0;
  Duration refresh_interval = 30s;
  bool operator==(const DnsDiscovery&) const = default;
};

struct DiscoveryOptions {
  std::vector<TargetGroup> static_groups{};
  std::vector<FileDiscovery> files{};
  std::vector<HttpDiscovery> http{};
  std::vector<DnsDiscovery> dns{};
  bool operator==(const DiscoveryOptions&) const = default;
};

/// Reads static_configs, file_sd_configs, http_sd_configs and dns_sd_configs of a job. `relabels`:
/// the job has relabel_configs; without them a static target must be an address already.
DiscoveryOptions read_discovery(config::Mapping& job, bool relabels);

}  // namespace lapwing::collectors::scrape

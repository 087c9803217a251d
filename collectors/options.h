// What the configuration says of collection: the sections `collectors`, `services` and
// `scrape_configs`.
// The formats of scrape_configs are Prometheus's.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "agent/base/time.h"
#include "agent/config/mapping.h"
#include "collectors/collector.h"
#include "collectors/scrape/job.h"
#include "collectors/services/options.h"

namespace lapwing::collectors {

/// Settings of one collector by key, such as `device_exclude`; a key that is missing has the
/// default of the registry's table.
using CollectorSettings = std::map<std::string, std::string, std::less<>>;

struct CollectorOptions {
  bool enabled = true;
  Duration interval = 1s;
  CollectorSettings settings{};
  bool operator==(const CollectorOptions&) const = default;
};

struct CollectionOptions {
  HostPaths paths{};
  std::string job = "node";           ///< `job` of the host's series, in the store
  std::string instance{};             ///< `instance` of own series: the host's name
  std::size_t series_limit = 20'000;  ///< for each collector
  Duration report_interval = 5s;      ///< of `up`, scrape_* and node_scrape_collector_*
  std::map<std::string, CollectorOptions, std::less<>> collectors{};  ///< by name
  services::ServicesOptions services{};
  std::vector<scrape::Job> scrape_jobs{};
};

/// The defaults of the registry's table: what runs without any configuration.
CollectionOptions default_collection_options();
/// `--collectors none`: switches every collector off, the agent's own counters included.
void disable_collectors(CollectionOptions& options);

/// Reads `collectors`, `services` and `scrape_configs` from the root of the configuration.
/// `instance` is the caller's to fill in.
CollectionOptions read_collection_options(config::Mapping& root,
                                          const scrape::GlobalOptions& global);

}  // namespace lapwing::collectors

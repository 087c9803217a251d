// Status: what a part tells about itself, as immutable snapshots. Who shows them gets a
// function that returns the newest one, and depends on no part.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "agent/base/time.h"
#include "agent/model/labels.h"
#include "agent/model/series.h"

namespace lapwing {

/// One of our own collectors.
struct CollectorStatus {
  std::string name;
  Duration interval{};
  bool available = true;   ///< false: this host has no such data (NoData)
  std::string last_error;  ///< empty when the last collection went well
  Timestamp last_time;
  double last_duration_seconds = 0;
  std::uint32_t series = 0;
  std::uint64_t refused_series = 0;  ///< by the series limit, since the start
};

/// Metadata of one metric family, own or scraped.
struct MetricMetadata {
  std::string name;
  MetricType type = MetricType::Unknown;
  std::string help;
  std::string unit;
  bool operator==(const MetricMetadata&) const = default;
};
using MetadataSnapshot = std::vector<MetricMetadata>;  ///< sorted by name

/// One scrape target.
struct TargetStatus {
  enum class Health { Unknown, Up, Down };
  std::string pool;  ///< job_name of its scrape_config
  std::string url;
  Labels discovered_labels;
  Labels labels;
  Health health = Health::Unknown;
  std::string last_error;
  Timestamp last_scrape;
  double last_duration_seconds = 0;
  Duration interval{};
  Duration timeout{};
  /// What its pages say of their metrics; nullptr: nothing yet.
  std::shared_ptr<const MetadataSnapshot> metadata;
};

/// A target that relabelling has dropped.
struct DroppedTarget {
  Labels discovered_labels;
  std::string reason;  ///< the rule: "relabel_configs[2]: drop"
};

/// The targets of one scrape_config as a whole.
struct PoolStatus {
  std::string name;
  std::shared_ptr<const std::vector<DroppedTarget>> dropped;  ///< never null; some of them
  std::uint64_t dropped_count = 0;                            ///< all of them
};

struct CollectionStatus {
  std::vector<CollectorStatus> collectors;
  std::vector<TargetStatus> targets;
  std::vector<PoolStatus> pools;  ///< one a scrape_config, in the configuration's order
};

struct StoreStatus {
  std::uint64_t series = 0;
  std::uint64_t samples_appended = 0;  ///< since the start
  std::uint64_t bytes_on_disk = 0;
  std::uint64_t bytes_written = 0;  ///< since the start, journal and chunks
  Timestamp oldest;
  Timestamp newest;
  std::string trouble;  ///< why writing has stopped, or what was set aside; empty when well
};

/// How a status travels: called on any thread, never null.
template <typename T>
using StatusSource = std::function<std::shared_ptr<const T>()>;

}  // namespace lapwing

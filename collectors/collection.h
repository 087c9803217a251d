// Collection: everything that brings in samples, behind one step: own collectors on the
// wall-clock grid, those that can hang on the slow lane, scrape targets; with success, staleness,
// target labels, limits and status.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "agent/base/log.h"
#include "agent/base/time.h"
#include "agent/metrics/registry.h"
#include "agent/model/appender.h"
#include "agent/model/snapshot.h"
#include "agent/model/status.h"
#include "agent/model/watermark.h"
#include "collectors/options.h"
#include "collectors/own_source.h"
#include "collectors/registry.h"
#include "collectors/scrape/discovery/discovery.h"
#include "collectors/scrape/scraper.h"
#include "collectors/services/service_directory.h"
#include "collectors/slow_lane.h"

namespace lapwing::collectors {

class Collection {
 public:
  /// All references outlive the Collection.
  struct Surroundings {
    Appender& appender;
    Watermark& watermark;
    const Clock& clock;
    Log& log;
    metrics::Registry& registry;
    SnapshotSink snapshots;  ///< gets each collector's newest batch; called on the collect thread
    scrape::Send send;       ///< http::Client::send
    /// Makes step() run soon (Loop::wake). Called on other threads until the destructor returns.
    std::function<void()> wake;
    /// What passive capture has measured (latency/capture.h); called on the collect thread. May be
    /// empty.
    StatusSource<latency::Snapshot> latency{};
    Records* records = nullptr;  ///< nullptr: nothing is recorded
    /// The table of collectors; tests bring their own.
    std::span<const CollectorDescriptor> table = collector_table();
  };

  Collection(CollectionOptions options, Surroundings surroundings);
  /// Waits up to a second for collections on the slow lane. Writes no markers: what was live goes
  /// on after a restart.
  ~Collection();

  /// Collects what is due, stores what has come, and returns when it has something to do next.
  /// The collect thread's alone.
  Timestamp step(Timestamp now);
  /// Takes effect at the next step, between ticks; what did not change keeps its state. Any
  /// thread. Wakes.
  void apply(CollectionOptions options);

  /// Newest state, at most a few seconds old. Any thread; never null.
  std::shared_ptr<const CollectionStatus> status() const;
  /// Metric families of own collectors and targets, by name; no entry twice. Any thread; never
  /// null.
  std::shared_ptr<const MetadataSnapshot> metadata() const;
  /// Which process, cgroup and port belongs to which service; some seconds old at most while the
  /// collector "services" runs, empty without it. Any thread; never null.
  std::shared_ptr<const services::ServiceMap> services() const { return directory_->map(); }

 private:
  struct Running {
    const CollectorDescriptor* descriptor;
    CollectorOptions options;
    std::unique_ptr<OwnSource> source;
  };

  void adopt(CollectionOptions options);
  void adopt_collector(const CollectorDescriptor& descriptor, const CollectorOptions& options,
                       bool paths_changed, std::vector<Running>& next);
  void adopt_reports();
  Labels target_labels(Origin origin) const;
  bool has_origin(Origin origin) const;
  void tick_own_sources(Timestamp now);
  void dispatch_slow(OwnSource& source, Timestamp tick);
  void finish_slow(Timestamp now);
  scrape::RunSlowly run_slowly();
  void append_pools(std::vector<PoolStatus>& pools) const;
  void publish(Timestamp now);
  void publish_metadata();
  Timestamp next_due(Timestamp now) const;

  const Surroundings surroundings_;
  const OwnSource::Surroundings source_surroundings_;
  CollectionOptions options_;
  const std::shared_ptr<services::ServiceDirectory> directory_;
  CollectorContext context_;
  std::vector<Running> running_;
  std::vector<std::unique_ptr<OwnSource>> reports_;  // after the collectors that they report on
  scrape::Discovery discovery_;
  scrape::Scraper scraper_;
  metrics::Counter overdue_;
  metrics::Gauge left_behind_;
  Timestamp published_ = kBeginningOfTime;
  std::vector<std::shared_ptr<const SnapshotLayout>> metadata_layouts_;
  std::uint64_t metadata_scraped_version_ = 0;
  bool metadata_published_ = false;

  mutable std::mutex mutex_;
  std::optional<CollectionOptions> pending_;          // guarded by mutex_
  std::shared_ptr<const CollectionStatus> status_;    // guarded by mutex_
  std::shared_ptr<const MetadataSnapshot> metadata_;  // guarded by mutex_
  mutable bool status_wanted_ = true;                 // guarded by mutex_

  SlowLane lane_;  // last: its threads end before what they wake goes
};

}  // namespace lapwing::collectors

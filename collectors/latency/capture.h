// Capture: passive latency as one thread's step: drains the packet ring into the Tracker, keeps
// the kernel's filter in line with who listens, stays within its budget, and publishes.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "agent/base/log.h"
#include "agent/base/time.h"
#include "agent/metrics/registry.h"
#include "collectors/latency/capture_metrics.h"
#include "collectors/latency/filter.h"
#include "collectors/latency/load_shedder.h"
#include "collectors/latency/options.h"
#include "collectors/latency/ring_set.h"
#include "collectors/latency/snapshot.h"
#include "collectors/latency/sockets.h"
#include "collectors/latency/tracker.h"

namespace lapwing::collectors::latency {

class Capture {
 public:
  /// All references outlive the Capture; `name_of_socket` is called on the thread that steps.
  struct Surroundings {
    const Clock& clock;
    Log& log;
    metrics::Registry& registry;
    NameOfSocket name_of_socket;
  };

  Capture(LatencyOptions options, Surroundings surroundings);

  /// Takes what has come, waiting for it up to kPatience. The capture thread's alone. kNever when
  /// it is switched off or may not capture: then apply() and a wake begin anew.
  Timestamp step(Timestamp now);
  /// Takes effect at the next step. Any thread; does not wake.
  void apply(LatencyOptions options);
  /// Newest state, at most a second old while it captures. Any thread; never null.
  std::shared_ptr<const Snapshot> snapshot() const;

  static constexpr Duration kPatience{200};

 private:
  bool adopt_options();
  std::vector<RingPlace> places() const;
  bool open_rings();
  void rest(const std::string& reason);
  void drain();
  void refresh(std::chrono::nanoseconds now);
  void refresh_tables(std::int64_t second);
  void refresh_filter();
  void judge_load(std::chrono::nanoseconds now);
  void publish(std::int64_t second);
  void publish_counts();

  const Surroundings surroundings_;
  LatencyOptions options_;
  std::unique_ptr<RingSet> rings_;
  std::unique_ptr<Tracker> tracker_;
  SocketLister sockets_;
  std::vector<SocketRow> connected_;
  LoadShedder shedder_;
  FilterPlan filter_;
  std::optional<CaptureMetrics> metrics_;  // from the first ring on

  std::chrono::nanoseconds refreshed_{};
  std::chrono::nanoseconds published_{};
  std::chrono::nanoseconds connected_due_{};
  std::chrono::nanoseconds listening_due_{};
  std::chrono::nanoseconds cpu_time_{};
  std::uint64_t unreadable_ = 0;
  bool sockets_failed_ = false;

  mutable std::mutex mutex_;
  std::optional<LatencyOptions> pending_;     // guarded by mutex_
  std::shared_ptr<const Snapshot> snapshot_;  // guarded by mutex_
};

}  // namespace lapwing::collectors::latency

// OwnSource: one collector inside the frame: its schedule, its series in the store, its newest
// snapshot and its state. Owned and stepped by the collect thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/base/log.h"
#include "agent/metrics/registry.h"
#include "agent/model/appender.h"
#include "agent/model/status.h"
#include "collectors/collector.h"
#include "collectors/schedule.h"
#include "collectors/slow_lane.h"

namespace lapwing::collectors {

class OwnSource {
 public:
  struct Setup {
    std::string name;
    Duration interval;
    Labels target_labels;  ///< job, instance: in the store only
    std::size_t series_limit;
    bool on_metrics_page = true;  ///< false: in the store alone
    std::unique_ptr<Collector> collector;
  };
  struct Surroundings {
    Appender& appender;
    const Clock& clock;
    Log& log;
    metrics::Registry& registry;
    const SnapshotSink& snapshots;
  };

  OwnSource(Setup setup, const Surroundings& surroundings);
  /// Ends its series in the store, at the clock's time.
  void retire();

  /// What this host lacks is looked for this often at most, however short the interval.
  static constexpr Duration kLackingInterval = 60s;
  /// The tick that is due at `now`, if any, which is then taken.
  std::optional<Timestamp> take(Timestamp now);

  /// Runs the collector here and now, and commits what it wrote for `tick`.
  void collect(Timestamp tick);

  /// Hands a collection to the lane; `done` is called on the lane's thread when it has ended.
  /// Not while running().
  void submit(SlowLane& lane, Timestamp tick, SlowLane::Done done);
  bool running() const { return run_ != nullptr; }
  /// Commits the collection that the lane has finished, if it has. False while it runs.
  bool finish();
  /// Whether the running collection has been out for two intervals at `now`.
  bool overdue(Timestamp now) const;
  /// Gives the running collection up: series end, its thread is left behind. It is not started
  /// again before it returns.
  void abandon(SlowLane& lane, Timestamp now);
  bool stuck() const { return run_ != nullptr && abandoned_; }
  Timestamp running_tick() const { return running_tick_; }
  /// Whether the watermark still waits for the submitted collection.
  bool holds_watermark() const { return holds_watermark_; }
  /// The same, and from now on no more.
  bool release_watermark() { return std::exchange(holds_watermark_, false); }

  void set_interval(Duration interval);
  void set_target_labels(Labels labels);

  Schedule& schedule() { return schedule_; }
  const CollectorStatus& status() const { return status_; }
  bool succeeded() const { return succeeded_; }
  bool collected() const { return collected_; }  ///< has run at least once
  /// The layout shown last; nullptr before the first success.
  const std::shared_ptr<const SnapshotLayout>& layout() const { return layout_; }
  std::uint64_t series_added() const { return series_added_; }

 private:
  // What a thread of the lane works on; shared with it, so that it outlives us if need be.
  struct Run;

  void conclude(const Result<void>& result, Timestamp tick, Timestamp began, double seconds);
  void store(Timestamp time);
  void append_renewed(std::vector<std::uint32_t>& retired, std::size_t fresh, Timestamp time);
  void end_series(Timestamp time);
  void report_error(const Error& error);

  const std::string name_;
  const bool on_metrics_page_;
  const Surroundings surroundings_;
  Labels target_labels_;
  Schedule schedule_;
  SourceRef source_;
  metrics::Counter refused_counter_;
  metrics::Counter failed_counter_;

  // Shared with a thread of the lane while run_ is set; touched by nobody else then.
  struct Body {
    std::unique_ptr<Collector> collector;
    MetricWriter writer;
  };
  std::shared_ptr<Body> body_;
  std::shared_ptr<Run> run_;
  std::shared_ptr<SlowLane::Ticket> ticket_;
  Timestamp running_tick_{};
  bool abandoned_ = false;
  bool holds_watermark_ = false;
  bool labels_changed_ = false;

  std::vector<SeriesRef> written_;  // refs of the newest batch, in its order
  std::vector<SeriesRef> live_;     // the same, sorted
  std::vector<SeriesRef> previous_;
  std::vector<SeriesRef> refs_;
  std::vector<double> values_;
  std::shared_ptr<const SnapshotLayout> layout_;
  CollectorStatus status_;
  std::uint64_t refused_reported_ = 0;
  std::uint64_t series_added_ = 0;
  bool succeeded_ = false;
  bool collected_ = false;
  Timestamp lacking_since_ = kBeginningOfTime;  // when the newest look found no data
};

}  // namespace lapwing::collectors

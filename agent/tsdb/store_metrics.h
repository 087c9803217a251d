// The store's own counters and gauges.
#pragma once

#include "agent/metrics/registry.h"

namespace lapwing::tsdb {

struct StoreMetrics {
  explicit StoreMetrics(metrics::Registry& registry);

  metrics::Gauge series;
  metrics::Gauge head_bytes;
  metrics::Gauge disk_bytes;
  metrics::Gauge newest_seconds;
  metrics::Counter samples_appended;
  metrics::Counter samples_out_of_order;
  metrics::Counter samples_conflicting;
  metrics::Counter samples_too_far_ahead;
  metrics::Counter samples_lost;
  metrics::Counter series_refused;
  metrics::Counter written_journal;
  metrics::Counter written_chunks;
  metrics::Counter written_minutes;
  metrics::Counter written_hours;
  metrics::Counter written_records;
  metrics::Counter records_refused;
  metrics::Counter write_failures;
  metrics::Counter journal_torn;
  metrics::Counter journal_damaged;
  metrics::Counter journal_dropped;
  metrics::Counter chunks_damaged;
  metrics::Counter files_set_aside;
  metrics::Counter files_removed;
};

}  // namespace lapwing::tsdb

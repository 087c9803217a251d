#include "agent/tsdb/store_metrics.h"

namespace lapwing::tsdb {
namespace {

metrics::Counter refused(metrics::Registry& registry, const char* reason) {
  return registry.counter("lapwing_store_samples_refused_total",
                          "Samples that the store did not take, by reason.", {{"reason", reason}});
}

metrics::Counter written(metrics::Registry& registry, const char* part) {
  return registry.counter("lapwing_store_written_bytes_total",
                          "Bytes that the store has written to disk, by part.", {{"part", part}});
}

}  // namespace

StoreMetrics::StoreMetrics(metrics::Registry& registry)
    : series(registry.gauge("lapwing_store_series", "Series that are alive in the store.")),
      head_bytes(registry.gauge("lapwing_store_head_bytes",
                                "Memory that samples not yet in a day file occupy.")),
      disk_bytes(registry.gauge("lapwing_store_size_bytes",
                                "Size of the store's day files and journal on disk.")),
      newest_seconds(registry.gauge("lapwing_store_newest_sample_timestamp_seconds",
                                    "Time of the newest sample in the store.")),
      samples_appended(registry.counter("lapwing_store_samples_appended_total",
                                        "Samples that the store has taken.")),
      samples_out_of_order(refused(registry, "out_of_order")),
      samples_conflicting(refused(registry, "conflicting")),
      samples_too_far_ahead(refused(registry, "too_far_ahead")),
      samples_lost(registry.counter(
          "lapwing_store_samples_lost_total",
          "Samples given up from memory because the disk did not take them in time.")),
      series_refused(registry.counter("lapwing_store_series_refused_total",
                                      "Refused requests for a new series, by limit or label.")),
      written_journal(written(registry, "journal")),
      written_chunks(written(registry, "chunks")),
      written_minutes(written(registry, "minutes")),
      written_hours(written(registry, "hours")),
      written_records(written(registry, "records")),
      records_refused(registry.counter(
          "lapwing_store_records_refused_total",
          "Records that were too large, of a kind that cannot be, or dropped for want of a disk.")),
      write_failures(registry.counter("lapwing_store_write_failures_total",
                                      "Writes to journal or day files that failed.")),
      journal_torn(registry.counter("lapwing_store_journal_torn_tails_total",
                                    "Journal segments whose unfinished end was cut off.")),
      journal_damaged(registry.counter("lapwing_store_journal_damaged_total",
                                       "Damaged places found in journal segments.")),
      journal_dropped(registry.counter(
          "lapwing_store_journal_dropped_total",
          "Times that journal frames were dropped because the disk did not take them.")),
      chunks_damaged(registry.counter("lapwing_store_chunks_damaged_total",
                                      "Damaged chunks found in day files that are read on.")),
      files_set_aside(registry.counter("lapwing_store_files_set_aside_total",
                                       "Damaged files and folders of another version set aside.")),
      files_removed(registry.counter("lapwing_store_files_removed_total",
                                     "Day files that retention has removed.")) {}

}  // namespace lapwing::tsdb

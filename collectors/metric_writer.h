// MetricWriter: what a collector writes its samples into, and what the frame reads them from.
// A series is looked up by its metric and label values; after its first second that costs a
// comparison with the series that came at this place last time, or one hash look-up.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "agent/model/appender.h"
#include "agent/model/labels.h"
#include "agent/model/metric_info.h"
#include "agent/model/snapshot.h"

namespace lapwing::collectors {

/// Used by one thread at a time.
class MetricWriter {
 public:
  /// `series_limit`: how many series one collection may have; what is past it is left out and
  /// counted.
  explicit MetricWriter(std::size_t series_limit) : series_limit_(series_limit) {}

  /// One sample. `label_values` in the order of info.label_names, as many as those; an empty
  /// value is the same as no label. A series that was written in this collection already keeps
  /// its first value. `info` must stay at its address while the writer lives: it is the key.
  void sample(const MetricInfo& info, std::initializer_list<std::string_view> label_values,
              double value) {
    sample(info, std::span(label_values.begin(), label_values.size()), value);
  }
  void sample(const MetricInfo& info, std::span<const std::string_view> label_values, double value);
  void sample(const MetricInfo& info, double value) {
    sample(info, std::span<const std::string_view>{}, value);
  }
  /// Says what is missing from this collection, which is a success all the same: it is logged when
  /// it changes and stands in the collector's status. The first of a collection counts.
  void warn(std::string what) {
    if (warning_.empty()) warning_ = std::move(what);
  }

  // What follows is the frame's side.

  /// Forgets the samples of the collection before this one; the series stay known.
  void begin();
  /// Samples written since begin().
  std::size_t size() const { return written_.size(); }
  /// Series left out since the writer was made, by its own limit or by the store's.
  std::uint64_t refused() const { return refused_; }
  /// What warn() was told since begin(); empty: nothing.
  const std::string& warning() const { return warning_; }

  /// Gives every series that has none a ref, with `target_labels` beside its own, and fills the
  /// two columns with the collection's samples. Series that the store refuses are left out.
  void resolve(Appender& appender, const Labels& target_labels, std::vector<SeriesRef>& refs,
               std::vector<double>& values);
  /// After Appender::append: resolves again what the store has retired. `indexes` are those of
  /// the columns that resolve() filled; the corrected refs are put there.
  void renew(Appender& appender, const Labels& target_labels,
             std::span<const std::uint32_t> indexes, std::vector<SeriesRef>& refs);
  /// Forgets every ref: the target labels have changed.
  void forget_refs();

  /// The collection as /metrics shows it; the layout is shared with the snapshot before when the
  /// same series were written in the same order.
  std::shared_ptr<const SourceSnapshot> snapshot(std::string_view source, Timestamp time,
                                                 Duration interval);

 private:
  struct Series {
    const MetricInfo* info;
    std::string key;  // each label value after its length, four bytes: no two keys alike
    SeriesRef ref = kNoSeries;
    std::uint32_t round = 0;  // of the newest sample
  };

  static void append_key(std::string& key, std::span<const std::string_view> label_values);
  static bool matches(const Series& series, const MetricInfo& info,
                      std::span<const std::string_view> label_values);
  Labels labels_of(const Series& series, const Labels& target_labels) const;
  std::shared_ptr<const SnapshotLayout> make_layout();
  std::uint32_t find(const MetricInfo& info, std::span<const std::string_view> label_values);
  void drop_unseen();

  const std::size_t series_limit_;
  std::uint32_t round_ = 0;
  std::uint64_t refused_ = 0;
  std::string warning_;
  std::vector<Series> series_;
  std::unordered_multimap<std::uint64_t, std::uint32_t> index_;  // hash → place in series_
  std::string scratch_key_;

  std::vector<std::uint32_t> written_;   // places in series_, in the order of writing
  std::vector<double> values_;           // one each
  std::vector<std::uint32_t> expected_;  // written_ of the collection before
  std::vector<std::uint32_t> column_;    // places in written_ of what resolve() put into columns

  std::shared_ptr<const SnapshotLayout> layout_;
  std::vector<std::uint32_t> layout_written_;  // the written_ that layout_ was made for
  std::vector<std::uint32_t> layout_order_;    // for each series of the layout: place in written_
};

}  // namespace lapwing::collectors

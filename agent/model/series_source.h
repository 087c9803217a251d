// SeriesSource: the way out of the store. Series come one at a time and decode on demand, so
// that a query over a thousand series needs the memory of one.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"
#include "agent/model/labels.h"
#include "agent/model/matcher.h"
#include "agent/model/minutes.h"
#include "agent/model/range_ends.h"
#include "agent/model/sample.h"
#include "agent/model/series.h"

namespace lapwing {

/// Both ends inclusive.
struct TimeRange {
  Timestamp from = kBeginningOfTime;
  Timestamp to = kNever;
};

/// What a selector found, sorted by labels. Used by one thread; may outlive retention passes,
/// never the source.
class SeriesSet {
 public:
  virtual ~SeriesSet() = default;

  virtual std::size_t size() const = 0;
  /// index < size(). Valid while the set lives.
  virtual const Labels& labels(std::size_t index) const = 0;
  virtual SeriesKind kind(std::size_t index) const = 0;
  /// Replaces `out` with the series' samples within the range asked for, in time order, stale
  /// markers included. Corrupt where stored bytes are damaged: `out` then has the rest.
  virtual Result<void> read(std::size_t index, Columns& out) const = 0;

  /// Zero: what read() gives is every sample that was stored. Else part of the range is past the
  /// raw tier, where read() gives a few samples for each bucket of this width.
  virtual Duration coarsest() const { return Duration::zero(); }
  /// Replaces `out` with the series' whole minutes, bucket ends being multiples of 60 s with
  /// range.from < end ≤ range.to; minutes without samples are left out. False when this source
  /// keeps none or cannot give all of them exactly: read() is then the way. Columns that are not
  /// needed may be NaN, their flags false. Corrupt as read().
  virtual Result<bool> read_minutes(std::size_t index, MinuteNeed need, Minutes& out) const;
  /// Replaces `out` with what the range's samples come to. False when that would not cost less
  /// than read(), or a stale marker or another NaN is among them: read() is then the way.
  virtual bool read_ends(std::size_t index, RangeEnds& out) const;
};

inline Result<bool> SeriesSet::read_minutes(std::size_t, MinuteNeed, Minutes&) const {
  return false;
}
inline bool SeriesSet::read_ends(std::size_t, RangeEnds&) const { return false; }

/// Any thread.
class SeriesSource {
 public:
  virtual ~SeriesSource() = default;

  /// Series with samples (or still live) in the range that meet every matcher.
  virtual Result<std::unique_ptr<SeriesSet>> select(std::span<const Matcher> matchers,
                                                    TimeRange range) const = 0;
  /// The same for a caller that needs the newest sample of each series in the range and no other:
  /// what is before it may be missing in what read() gives.
  virtual Result<std::unique_ptr<SeriesSet>> select_newest(std::span<const Matcher> matchers,
                                                           TimeRange range) const {
    return select(matchers, range);
  }
  /// Names of the labels that such series have, sorted.
  virtual Result<std::vector<std::string>> label_names(std::span<const Matcher> matchers,
                                                       TimeRange range) const = 0;
  /// Values of one label over such series, sorted.
  virtual Result<std::vector<std::string>> label_values(std::string_view label,
                                                        std::span<const Matcher> matchers,
                                                        TimeRange range) const = 0;
};

}  // namespace lapwing

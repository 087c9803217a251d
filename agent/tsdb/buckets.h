// Buckets: what the samples of a minute or an hour come to. Pure. A bucket is (end - width, end],
// named by its end; the columns are those of model/minutes.h whatever the width.
#pragma once

#include <string_view>

#include "agent/model/minutes.h"
#include "agent/model/sample.h"
#include "agent/model/series.h"
#include "agent/model/series_source.h"

namespace lapwing::tsdb {

/// Which of two sets of columns a tier keeps: a counter's corrections, or a gauge's extremes.
enum class Keeps : std::uint8_t { Corrections, Extremes };

/// By what metadata says, or, unknown, by the name's end.
Keeps kept_columns(SeriesKind kind, std::string_view metric_name);

/// Empties `out` and keeps its memory.
void reset(Minutes& out);
/// Makes extremes and sums, which stay behind where nobody needs them, as long as the rest: NaN.
void pad(Minutes& out);
/// Leaves the first `size` buckets.
void truncate(Minutes& out, std::size_t size);
/// Makes the flags of `out` what it has and what is about to be appended both say.
void join_flags(Minutes& out, bool corrections, bool extremes, bool exact);

/// Appends the buckets that samples (in time order) fall into. All columns are filled. Stale
/// markers do not count.
void aggregate(const Columns& samples, Duration width, Minutes& out);

/// The same without extremes and sums, which are NaN: several times as fast.
void aggregate_ends(const Columns& samples, Duration width, Minutes& out);

/// Appends the buckets of `narrow` with ends in (after, to] to `out`. Flags become what both say;
/// an empty `out` takes those of `narrow`.
void append(const Minutes& narrow, Timestamp after, Timestamp to, Minutes& out);

/// Appends wider buckets made of narrower ones.
void widen(const Minutes& narrow, Duration width, Minutes& out);

/// Of two lists of buckets of the same series the one with more samples at each end; at equal
/// counts that of `fresh`.
Minutes fuller(const Minutes& kept, const Minutes& fresh);

/// Whether both say bit for bit the same in the columns that are kept; sums but for their last
/// bits, which a file does not keep unless they are exact.
bool same(const Minutes& a, const Minutes& b, Keeps keeps);

/// Appends up to four samples for each bucket with an end in (after, to], such that over whole
/// buckets increase, rate, last, min and max come out as for the stored samples: the first and the
/// last at their own times, and between them a gauge's extremes, or for a counter that fell a peak
/// of the correction's height. Samples outside `range` are left out.
void representatives(const Minutes& buckets, Timestamp after, Timestamp to, TimeRange range,
                     Columns& out);

}  // namespace lapwing::tsdb

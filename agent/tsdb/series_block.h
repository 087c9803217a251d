// The series that one flush added to a file, in one compressed block: label text is what series
// that come and go cost. Source of truth: FORMAT.md, "Series block".
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"
#include "agent/model/labels.h"
#include "agent/model/series.h"
#include "agent/tsdb/compression.h"

namespace lapwing::tsdb {

/// At most so many series in a block, so that reading one has a bound.
inline constexpr std::size_t kBlockSeries = 4096;

struct FileSeries {
  Labels labels;
  SeriesKind kind = SeriesKind::Unknown;
};

/// 1 to kBlockSeries series.
Result<std::string> encode_series(std::span<const FileSeries> series, Compressor& compressor);
/// Adds what a block holds to `out`. Corrupt when it is damaged: nothing was added.
Result<void> decode_series(std::string_view block, std::vector<FileSeries>& out);

}  // namespace lapwing::tsdb

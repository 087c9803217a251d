// Appender: the way into the store.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "agent/base/result.h"
#include "agent/base/time.h"
#include "agent/model/labels.h"
#include "agent/model/series.h"

namespace lapwing {

/// What becomes of a sample at a time that its series already has with another value.
enum class OnConflict {
  Refuse,   ///< the first write stays and the second is counted, as Prometheus treats scrapes
  Replace,  ///< the newest write wins, however far behind: own sources after the clock went back
};

/// One source's samples of one collection. Views into the caller's memory, for one call.
struct Batch {
  SourceRef source = kNoSource;
  Timestamp time;  ///< of every sample, unless `times` is given
  std::span<const SeriesRef> refs;
  std::span<const double> values;      ///< as many as refs
  std::span<const Timestamp> times{};  ///< empty, or as many as refs: explicit timestamps
  OnConflict on_conflict = OnConflict::Refuse;
};

/// What became of a batch. What is not named here was stored.
struct AppendOutcome {
  std::uint32_t stored = 0;
  std::uint32_t out_of_order = 0;      ///< older than the store takes for that series
  std::uint32_t conflicting = 0;       ///< another value at a time that the series already has
  std::uint32_t too_far_ahead = 0;     ///< over 10 minutes ahead of now
  std::vector<std::uint32_t> retired;  ///< indexes whose ref is no longer valid: resolve again
};

/// Any thread; no call waits for the disk.
class Appender {
 public:
  virtual ~Appender() = default;

  /// A source's number, the same for the same name while the process lives.
  virtual SourceRef source(std::string_view name) = 0;
  /// The series with these labels, made when it is new. Invalid when the series limit is reached
  /// or the labels are unusable (no metric name, a limit passed); the refusal is counted.
  virtual Result<SeriesRef> resolve(const Labels& labels, SeriesKind kind) = 0;
  /// Readable at once when this returns. Samples of one batch become visible together.
  virtual AppendOutcome append(const Batch& batch) = 0;
};

}  // namespace lapwing

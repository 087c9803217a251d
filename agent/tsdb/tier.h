// Tier: the resolutions that the store keeps, and what one file of each covers.
// Source of truth: FORMAT.md, "Chunk files".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "agent/base/time.h"

namespace lapwing::tsdb {

enum class Tier : std::uint8_t { Raw, Minutes, Hours };
inline constexpr int kTiers = 3;

/// "raw", "minutes", "hours": folders and metrics' labels.
std::string_view name(Tier tier);

inline constexpr Duration kDay = 24h;

/// Files, periods and buckets are left-open, (start, end], as PromQL's ranges are: so minutes
/// nest in hours, hours in days, and a flushed period has whole minutes.
struct FileSpan {
  Timestamp start;
  Timestamp end;
  friend bool operator==(const FileSpan&, const FileSpan&) = default;
};

/// The start of the (start, start + interval] that has `time` in it; 1970 itself, which nothing
/// is before, belongs to the first one.
constexpr Timestamp start_of(Timestamp time, Duration interval) {
  return time <= from_millis(0) ? from_millis(0) : floor_to(time - 1ms, interval);
}

/// The file that a sample at `time` goes to: of a UTC day; of a UTC year for hours.
FileSpan span_of(Tier tier, Timestamp time);
/// "2026-11-20.db", "2026.db".
std::string file_name(Tier tier, FileSpan span);
/// What such a name means; none for other names.
std::optional<FileSpan> span_of_name(Tier tier, std::string_view name);

}  // namespace lapwing::tsdb

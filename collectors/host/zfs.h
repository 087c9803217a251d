// zfs: OpenZFS's kernel statistics, from /proc/spl/kstat/zfs: its caches and queues, and I/O, data
// sets and state of each pool (zfs's module documentation; the files' form is kstat's: a line of
// the statistics' header, a line of titles, the values).
#pragma once

#include <string_view>
#include <vector>

#include "agent/base/result.h"

namespace lapwing::collectors::host {

/// One line "name type data" of a kstat; the views are of what was parsed.
struct KernelStatistic {
  std::string_view name;
  std::string_view text;  ///< of a string (a data set's name); empty for numbers
  double number = 0;
};

/// Replaces `out` by the numbers (KSTAT_DATA_INT64 and _UINT64) and strings of the file; other
/// types are left out. Invalid when the line of titles is missing or a number is none.
Result<void> parse_kernel_statistics(std::string_view content, std::vector<KernelStatistic>& out);

/// The same of a pool's "io", which has the names on one line and the numbers on the next.
Result<void> parse_pool_io(std::string_view content, std::vector<KernelStatistic>& out);

}  // namespace lapwing::collectors::host

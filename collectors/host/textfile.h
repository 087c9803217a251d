// textfile: metrics that other programs leave in a folder, files *.prom in the text exposition
// format (prometheus.io/docs/instrumenting/exposition_formats), whole files or nothing.
// Leaves out: samples with times, as node_exporter does, and names beyond [a-zA-Z0-9_:].
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/base/result.h"
#include "agent/model/series.h"

namespace lapwing::collectors::host {

inline constexpr std::size_t kTextfileLimit = 256;            ///< files in the folder
inline constexpr std::size_t kTextfileLimitBytes = 4u << 20;  ///< of one file
inline constexpr std::size_t kTextfileSeriesLimit = 10'000;   ///< of all files together
inline constexpr std::size_t kTextfileLabelLimit = 24;        ///< of one sample

struct TextfileSample {
  std::string name;
  MetricType type = MetricType::Unknown;
  std::string help;  ///< empty: the file has none
  std::vector<std::pair<std::string, std::string>>
      labels;  ///< sorted by name, without the metric's
  double value = 0;
};

/// All samples of a file; Invalid, with the line, when anything in it is wrong or when there are
/// more than `series_limit`.
Result<std::vector<TextfileSample>> parse_textfile(std::string_view content,
                                                   std::size_t series_limit);

}  // namespace lapwing::collectors::host

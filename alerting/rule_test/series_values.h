// The notation in which unit tests of rules write their input: `1+2x3 _ stale 5`
// (prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules, `series`).
// Left out: native histograms.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "agent/base/result.h"
#include "agent/model/labels.h"

namespace lapwing::alerting {

/// Samples that one file may ask for, all its series together.
inline constexpr std::size_t kTestSampleLimit = 5'000'000;

/// A value for each interval from the start on; nothing where there is no sample, the stale
/// marker where the series ends. Invalid with the item that is none.
Result<std::vector<std::optional<double>>> parse_series_values(std::string_view text);

/// `name{label="value"}`; Invalid when it is anything else.
Result<Labels> parse_series_labels(std::string_view text);

}  // namespace lapwing::alerting

// Test scripts: data, queries and what they must give, in a language like the one that Prometheus
// tests itself with. tests/promql/README.md describes it; tests/promql/record.py fills in the
// expectations by asking a real Prometheus.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/base/time.h"
#include "agent/model/labels.h"
#include "tests/support/memory_store.h"

namespace lapwing::promql::testing {

/// `name{a="b"} 1+2x3 _ stale`: values at 0, 1 × interval, …; a gap is absent (`_`).
struct SeriesLine {
  Labels labels;
  std::vector<double> values;  ///< a gap holds the stale marker with `gaps` true
  std::vector<bool> gaps;
};

/// Throws std::runtime_error when the line is none.
SeriesLine parse_series_line(std::string_view line);

/// One failure a line, "file:line: what"; empty when the script passes.
std::vector<std::string> run_script(const std::string& path);

/// Adds the series of every `load` in the script to the store.
void load_script(const std::string& path, lapwing::testing::MemoryStore& store);

}  // namespace lapwing::promql::testing

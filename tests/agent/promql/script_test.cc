#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>

#include "agent/model/sample.h"
#include "tests/agent/promql/script.h"

using lapwing::promql::testing::parse_series_line;
using lapwing::promql::testing::run_script;

TEST_CASE("promql script: a series line expands repeats, gaps and stale markers") {
  const auto line = parse_series_line(R"(m{a="b c"} 1+2x2 _ stale -1e3-1x1 NaN)");
  CHECK(line.labels == lapwing::Labels{{"__name__", "m"}, {"a", "b c"}});
  REQUIRE(line.values.size() == 8);
  CHECK(line.values[2] == 5);
  CHECK(line.gaps[3]);
  CHECK(lapwing::is_stale(line.values[4]));
  CHECK(line.values[6] == -1001);
  CHECK(line.values[7] != line.values[7]);
}

TEST_CASE("promql scripts: every answer is Prometheus's") {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(LAPWING_SOURCE_DIR "/tests/promql"))
    if (entry.path().extension() == ".test") paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  REQUIRE(paths.size() >= 6);
  for (const std::string& path : paths)
    for (const std::string& failure : run_script(path)) {
      CAPTURE(failure);
      CHECK(false);
    }
}

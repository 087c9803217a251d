#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "agent/model/sample.h"
#include "agent/promql/functions/table.h"
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

namespace {

/// The query of an `eval` line; "" of any other.
std::string query_of(const std::string& line) {
  // eval instant at TIME QUERY, eval range from TIME to TIME step DURATION QUERY
  int words = line.starts_with("eval instant ") ? 4 : line.starts_with("eval range ") ? 8 : 0;
  if (words == 0) return {};
  std::size_t at = 0;
  for (; words > 0; --words) at = line.find(' ', at) + 1;
  std::string query = line.substr(at);
  constexpr std::string_view kOurs = "  # ours";
  if (query.ends_with(kOurs)) query.erase(query.size() - kOurs.size());
  return query;
}

std::vector<std::string> lines_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

const std::filesystem::path kScripts = LAPWING_SOURCE_DIR "/tests/promql";

}  // namespace

TEST_CASE("promql scripts: each point of the list has its line") {
  int points = 0;
  for (const std::string& line : lines_of(kScripts / "points.txt")) {
    if (line.empty() || line[0] == '#') continue;
    CAPTURE(line);
    const std::size_t first = line.find(": "), second = line.find(": ", first + 2);
    REQUIRE(second != std::string::npos);
    const std::string script = line.substr(first + 2, second - first - 2);
    const std::string query = line.substr(second + 2);
    const auto lines = lines_of(kScripts / (script + ".test"));
    CHECK(std::any_of(lines.begin(), lines.end(),
                      [&](const std::string& one) { return query_of(one) == query; }));
    ++points;
  }
  CHECK(points > 60);
}

TEST_CASE("promql scripts: each function, aggregation and operator is in a query") {
  std::string all;
  for (const auto& entry : std::filesystem::directory_iterator(kScripts))
    if (entry.path().extension() == ".test" && entry.path().stem() != "random")
      for (const std::string& line : lines_of(entry.path())) all += query_of(line) + "\n";
  std::vector<std::string> words;
  for (const auto& function : lapwing::promql::all_functions())
    words.push_back(std::string(function.name) + "(");
  for (const char* aggregation :
       {"sum", "avg", "count", "min", "max", "group", "stddev", "stdvar", "topk", "bottomk",
        "count_values", "quantile", "limitk", "limit_ratio"})
    words.push_back(std::string(aggregation) + "(");
  for (const char* op :
       {"+",  "-",  "*",   "/",  "%",      "^",    "atan2", "==",        "!=",     "<", ">",
        "<=", ">=", "and", "or", "unless", "bool", "by (",  "without (", "offset", "@"})
    words.push_back(std::string(" ") + op);
  for (const std::string& word : words) {
    CAPTURE(word);
    CHECK(all.find(word) != std::string::npos);
  }
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

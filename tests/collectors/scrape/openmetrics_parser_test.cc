#include "collectors/scrape/openmetrics_parser.h"

#include <catch2/catch.hpp>
#include <cmath>

using namespace lapwing;
using namespace lapwing::collectors::scrape;

namespace {

/// Samples as `name|label=value|…=VALUE@MILLIS`, one a line; "error" when the page breaks a rule.
std::string read(std::string_view page) {
  OpenMetricsParser parser(page);
  std::string found;
  std::vector<std::pair<std::string, std::string>> labels;
  while (true) {
    const auto entry = parser.next();
    if (!entry) return "error";
    if (*entry == Entry::End) return found;
    if (*entry != Entry::Sample) continue;
    parser.read_labels(labels);
    for (const auto& [name, value] : labels)
      found += (name == "__name__" ? "" : "|" + name + "=") + value;
    found += "=" + (std::isnan(parser.value()) ? "NaN" : std::to_string(parser.value()));
    if (parser.timestamp_millis()) found += "@" + std::to_string(*parser.timestamp_millis());
    found += "\n";
  }
}

/// The same for lines; the end is added.
std::string read_lines(const std::string& lines) { return read(lines + "# EOF\n"); }

}  // namespace

TEST_CASE("openmetrics parser: samples, times in seconds, metadata") {
  CHECK(read_lines("# HELP a Some \\\"help\\\".\n# TYPE a counter\n# UNIT a_s s\na_total 1\n"
                   "a{x=\"y\",z=\"w\"} 2.5 1395066363.25\nb 3 -1.5\n") ==
        "a_total=1.000000\na|x=y|z=w=2.500000@1395066363250\nb=3.000000@-1500\n");
  CHECK(read("# EOF").empty());
  CHECK(read("# EOF\n").empty());
}

TEST_CASE("openmetrics parser: exemplars are checked and dropped") {
  CHECK(read_lines("a 1 # {} 2\na 1 5 # {t=\"x\"} 2 3.5\na 1 # {t=\"x\",u=\"y\",} 0.5\n") ==
        "a=1.000000\na=1.000000@5000\na=1.000000\n");
  for (const char* line :
       {"a 1 # {x} 2\n", "a 1 # {x=\"1\"} b\n", "a 1 # {x=\"1\"}\n", "a 1 # {x=\"1\"} 2 NaN\n",
        "a 1 #{x=\"1\"} 2\n", "a 1 # 2\n", "a 1 # {\"x\"} 2\n", "a 1 # {x=\"1\"} 2 3 4\n",
        "a 1 # {x=\"1\n\"} 2\n"}) {
    INFO(line);
    CHECK(read_lines(line) == "error");
  }
}

TEST_CASE("openmetrics parser: names in quotes") {
  CHECK(read_lines("{\"a.b\",x=\"1\"} 1\na{\"l.l\"=\"1\"} 1\n") ==
        "a.b|x=1=1.000000\na|l.l=1=1.000000\n");
  CHECK(read_lines("# TYPE \"a.b\" gauge\n# HELP \"a.b\" x\n").empty());
  CHECK(read_lines("{x=\"1\"} 1\n") == "error");
  CHECK(read_lines("a{\"b\"} 1\n") == "error");
}

TEST_CASE("openmetrics parser: every departure from the format fails the page") {
  for (const char* line : {"\n",
                           "# a comment\n",
                           "#\n",
                           "a 1\r\n",
                           " a 1\n",
                           "a  1\n",
                           "a 1 \n",
                           "a\t1\n",
                           "a {x=\"1\"} 1\n",
                           "a{ x=\"1\"} 1\n",
                           "a{x=\"1\" } 1\n",
                           "a{x=\"1\"y=\"2\"} 1\n",
                           "a{x=\"1\"}1\n",
                           "a{,} 1\n",
                           "a{x=\"1\n\"} 1\n",
                           "a{x=\"\xff\"} 1\n",
                           "a 0x10\n",
                           "a 1_000\n",
                           "a 1 2 3\n",
                           "a 1 NaN\n",
                           "a 1 Inf\n",
                           "a 1 x\n",
                           "a\n",
                           "1a 1\n",
                           "# TYPE a wat\n",
                           "# TYPE a untyped\n",
                           "# TYPE a\n",
                           "# TYPE  a gauge\n",
                           "# UNIT a seconds\n",
                           "# UNIT seconds seconds\n",
                           "# HELP a \xff\n",
                           "# HELP a\n"}) {
    INFO(line);
    CHECK(read_lines(line) == "error");
  }
  for (const char* page : {"", "a 1\n", "a 1", "a 1\n# EOF\na 2\n", "# EOF\n\n", "a 1\n# EO",
                           "a 1 # {x=\"1\"} 2", "# HELP a b", "a{", "a{x", "a{x=\"1\"} 1 2"}) {
    INFO(page);
    CHECK(read(page) == "error");
  }
}

TEST_CASE("openmetrics parser: types that the text format lacks are told, units too") {
  OpenMetricsParser parser(
      "# TYPE a gaugehistogram\n# TYPE b stateset\n# TYPE c info\n# TYPE d unknown\n"
      "# UNIT e_seconds seconds\n# UNIT e \n# EOF\n");
  for (const MetricType type :
       {MetricType::GaugeHistogram, MetricType::StateSet, MetricType::Info, MetricType::Unknown}) {
    REQUIRE(*parser.next() == Entry::Type);
    CHECK(parser.type() == type);
  }
  REQUIRE(*parser.next() == Entry::Unit);
  CHECK(parser.text() == "seconds");
  REQUIRE(*parser.next() == Entry::Unit);
  CHECK(parser.text().empty());
  CHECK(*parser.next() == Entry::End);
}

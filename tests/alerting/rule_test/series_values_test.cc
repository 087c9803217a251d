#include "alerting/rule_test/series_values.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "agent/model/sample.h"

using namespace lapwing;
using namespace lapwing::alerting;

namespace {

/// Values with blanks between, `_` for a gap, `stale` for the marker.
std::string shown(std::string_view text) {
  const auto values = parse_series_values(text);
  REQUIRE(values);
  std::string out;
  for (const auto& value : *values) {
    if (!out.empty()) out += ' ';
    if (!value) {
      out += '_';
    } else if (is_stale(*value)) {
      out += "stale";
    } else {
      out += std::isnan(*value) ? "NaN" : std::to_string(*value).substr(0, 4);
    }
  }
  return out;
}

}  // namespace

TEST_CASE("series values: numbers, repeats, steps, gaps, ends") {
  CHECK(shown("") == "");
  CHECK(shown("1 2.5 -3") == "1.00 2.50 -3.0");
  CHECK(shown("7x2") == "7.00 7.00 7.00");
  CHECK(shown("1+2x3") == "1.00 3.00 5.00 7.00");
  CHECK(shown("1-2x2") == "1.00 -1.0 -3.0");
  CHECK(shown("-1-2x1") == "-1.0 -3.0");
  CHECK(shown("_ 1 _x2 stale") == "_ 1.00 _ _ stale");
  CHECK(shown("1e1+1e0x1") == "10.0 11.0");
  CHECK(shown("NaN Inf -Inf") == "NaN inf -inf");
  CHECK(shown("1\n  2") == "1.00 2.00");
}

TEST_CASE("series values: what is none is Invalid and named") {
  for (const std::string_view text : {"x", "1x", "1x-1", "a+1x2", "1+ax2", "1,2", "{{schema:0}}",
                                      "1x99999999999", "0x6000000 0x6000000"}) {
    CAPTURE(text);
    const auto values = parse_series_values(text);
    REQUIRE_FALSE(values);
    CHECK(values.error().kind == ErrorKind::Invalid);
  }
  CHECK(parse_series_values("1 bad 2").error().message.find("\"bad\"") != std::string::npos);
}

TEST_CASE("series labels: a name with labels, no matchers") {
  CHECK(parse_series_labels("up{job=\"x\"}").value() == Labels{{"__name__", "up"}, {"job", "x"}});
  CHECK(parse_series_labels("up").value() == Labels{{"__name__", "up"}});
  CHECK(parse_series_labels("{}").value().empty());
  CHECK_FALSE(parse_series_labels("up{job=~\"x\"}"));
  CHECK_FALSE(parse_series_labels("sum(up)"));
}

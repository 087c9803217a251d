#include "collectors/scrape/entry_reader.h"

#include <catch2/catch.hpp>

#include "collectors/scrape/openmetrics_parser.h"
#include "collectors/scrape/text_parser.h"

using namespace lapwing;
using namespace lapwing::collectors::scrape;

namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

template <typename Parser>
Pairs labels_of_last_sample(std::string_view page) {
  Parser parser(page);
  Pairs labels;
  for (auto entry = parser.next(); entry && *entry != Entry::End; entry = parser.next())
    if (*entry == Entry::Sample) parser.read_labels(labels);
  return labels;
}

}  // namespace

TEST_CASE("entry reader: le and quantile are written anew under the newest type line alone") {
  CHECK(labels_of_last_sample<TextParser>("# TYPE h histogram\nh_bucket{le=\"1\"} 1\n") ==
        Pairs{{"__name__", "h_bucket"}, {"le", "1.0"}});
  CHECK(labels_of_last_sample<TextParser>("# TYPE h histogram\nother{le=\"1e6\"} 1\n") ==
        Pairs{{"__name__", "other"}, {"le", "1e+06"}});
  CHECK(labels_of_last_sample<TextParser>("h_bucket{le=\"1\"} 1\n") ==
        Pairs{{"__name__", "h_bucket"}, {"le", "1"}});
  CHECK(labels_of_last_sample<OpenMetricsParser>(
            "# TYPE s summary\ns{quantile=\"1\",le=\"1\"} 1\n# EOF\n") ==
        Pairs{{"__name__", "s"}, {"quantile", "1.0"}, {"le", "1"}});
  CHECK(labels_of_last_sample<TextParser>("# TYPE h histogram\nh_bucket{le=\"x\"} 1\n") ==
        Pairs{{"__name__", "h_bucket"}, {"le", "x"}});
}

TEST_CASE("entry reader: going on after a known series reads value and time alone") {
  const std::string_view page = "a{x=\"1\"} 5 7\nb 6\n";
  TextParser parser(page);
  REQUIRE(*parser.next_after_series(0, 8) == Entry::Sample);
  CHECK(parser.series() == "a{x=\"1\"}");
  CHECK(parser.value() == 5);
  CHECK(parser.timestamp_millis() == 7);
  CHECK(parser.position() == 13);
  REQUIRE(*parser.next() == Entry::Sample);
  CHECK(parser.series() == "b");
}

TEST_CASE("entry reader: an error shows the line it is in and no other") {
  TextParser parser("a 1\nb x\nc 3\n");
  REQUIRE(parser.next().ok());
  const auto entry = parser.next();
  REQUIRE_FALSE(entry.ok());
  CHECK(entry.error().message == "line 2: expected a value, found \"x\"");
}

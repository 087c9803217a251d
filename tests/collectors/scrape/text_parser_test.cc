#include "collectors/scrape/text_parser.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "agent/model/labels.h"

using namespace lapwing;
using namespace lapwing::collectors::scrape;

namespace {

/// Samples as `name|label=value|…=VALUE@TIME`, one a line; "error" when the page breaks a rule.
std::string read(std::string_view page) {
  TextParser parser(page);
  std::string found;
  std::vector<std::pair<std::string, std::string>> labels;
  while (true) {
    const auto entry = parser.next();
    if (!entry) return "error";
    if (*entry == Entry::End) return found;
    if (*entry != Entry::Sample) continue;
    parser.read_labels(labels);
    for (const auto& [name, value] : labels)
      found += (name == kMetricName ? "" : "|" + name + "=") + value;
    found += "=" + (std::isnan(parser.value()) ? "NaN" : std::to_string(parser.value()));
    if (parser.timestamp_millis()) found += "@" + std::to_string(*parser.timestamp_millis());
    found += "\n";
  }
}

}  // namespace

TEST_CASE("text parser: samples with labels, values and timestamps") {
  CHECK(
      read("# HELP a Some help.\n# TYPE a counter\na 1\na{x=\"y\",z=\"w\",} 2.5 1395066363000\n") ==
      "a=1.000000\na|x=y|z=w=2.500000@1395066363000\n");
  CHECK(read("").empty());
  CHECK(read("\n\n \n# only a comment") == "");
}

TEST_CASE("text parser: a missing comma, a missing final line break and blanks are fine") {
  CHECK(read("a{x=\"1\"y=\"2\"} 3") == "a|x=1|y=2=3.000000\n");
  CHECK(read(" a { x = \"1\" , y = \"2\" } \t 3 \t 4 \n") == "a|x=1|y=2=3.000000@4\n");
  CHECK(read("a{x=\"1\"}3\n") == "a|x=1=3.000000\n");
}

TEST_CASE("text parser: escapes in label values, an unknown one stands for itself") {
  CHECK(read(R"(a{x="q\"b\\s\nn\z"} 1)") == "a|x=q\"b\\s\nn\\z=1.000000\n");
}

TEST_CASE("text parser: names in quotes") {
  CHECK(read(R"({"a.b",x="1"} 1)") == "a.b|x=1=1.000000\n");
  CHECK(read(R"(a{"l.l"="1"} 1)") == "a|l.l=1=1.000000\n");
  CHECK(read(R"({x="1"} 1)") == "error");
  CHECK(read(R"(a{"b"} 1)") == "error");
}

TEST_CASE("text parser: values that Prometheus refuses fail the page") {
  for (const char* value : {"0x10", "0x1p-2", "1_000", "1e400", "-nan", "+NaN", "1\r", "one", "--1",
                            "", "0b1", "1e", "infinit"})
    CHECK(read("a " + std::string(value) + "\n") == "error");
}

TEST_CASE("text parser: values that Prometheus takes") {
  CHECK(read("a NaN\na nan\na +Inf\na -Infinity\na 1e-400\na .5\na 5.\na +3\n") ==
        "a=NaN\na=NaN\na=inf\na=-inf\na=0.000000\na=0.500000\na=5.000000\na=3.000000\n");
}

TEST_CASE("text parser: a NaN of any bits is not a stale marker") {
  TextParser parser("a NaN\n");
  REQUIRE(parser.next().ok());
  CHECK(std::isnan(parser.value()));
}

TEST_CASE("text parser: what breaks the format fails the page") {
  for (const char* page : {"a 1\r\n",
                           "# TYPE a counter\r\n",
                           "# TYPE a wat\n",
                           "# TYPE a counter \n",
                           "# TYPE a\n",
                           "# TYPE 1a counter\n",
                           "a{x=1} 1\n",
                           "a{x} 1\n",
                           "a{x=\"1} 1\n",
                           "a{x=\"1\"",
                           "a{x=\"1\"} ",
                           "a{,} 1\n",
                           "a{x=\"1\",,} 1\n",
                           "a 1 1.5\n",
                           "a 1 -1\n",
                           "a 1 2 3\n",
                           "1a 1\n",
                           "a-b 1\n",
                           "a{x=\"\xff\"} 1\n",
                           "# HELP a \xff\n",
                           "a 1 99999999999999999999\n",
                           "{} 1\n",
                           "a\n",
                           "=1\n"}) {
    INFO(page);
    CHECK(read(page) == "error");
  }
}

TEST_CASE("text parser: comments that only look like metadata are skipped") {
  CHECK(read("#\n# TYPE\n#TYPE a wat\n# TYPES a wat\n# HELPa\r\na 1\n") == "a=1.000000\n");
}

TEST_CASE("text parser: type and help are told, help unescaped") {
  TextParser parser("# HELP a b\\\\c\\nd \n# TYPE a histogram\n# HELP e\n# TYPE f untyped\n");
  REQUIRE(*parser.next() == Entry::Help);
  CHECK(parser.family() == "a");
  CHECK(parser.text() == "b\\c\nd ");
  REQUIRE(*parser.next() == Entry::Type);
  CHECK(parser.type() == MetricType::Histogram);
  REQUIRE(*parser.next() == Entry::Help);
  CHECK(parser.text().empty());
  REQUIRE(*parser.next() == Entry::Type);
  CHECK(parser.type() == MetricType::Unknown);
  CHECK(*parser.next() == Entry::End);
}

TEST_CASE("text parser: an error names its line") {
  TextParser parser("a 1\nb 0x1\n");
  REQUIRE(parser.next().ok());
  const auto entry = parser.next();
  REQUIRE_FALSE(entry.ok());
  CHECK(entry.error().message.find("line 2") == 0);
}

#include "agent/cli/table.h"

#include <catch2/catch.hpp>

namespace lapwing::cli {
namespace {

TEST_CASE("table: columns are aligned, lines end without blanks") {
  Table table({{"NAME"}, {"JOB"}, {"VALUE", Align::Right}});
  table.add({"up",
             "n\xC3\xB6"
             "de",
             "1"});
  table.add({"scrape_samples", "", "12.5"});
  CHECK(table.text({}) ==
        "NAME            JOB   VALUE\n"
        "up              n\xC3\xB6"
        "de      1\n"
        "scrape_samples         12.5\n");
  Table left({{"A"}, {"B"}});
  left.add({"x", ""});
  CHECK(left.text({}) == "A  B\nx\n");
}

TEST_CASE("table: no rows is the heading alone, in colour where there is colour") {
  const Table table({{"A"}});
  CHECK(table.text({}) == "A\n");
  CHECK(table.text({.colour = true}) == "\x1b[1mA\x1b[0m\n");
}

TEST_CASE("table: cells cannot command the terminal") {
  Table table({{"A"}});
  table.add({"x\x1b]0;title\x07\ny"});
  CHECK(table.text({}) == "A\nx?]0;title??y\n");
}

TEST_CASE("csv: only what needs quotes has them") {
  CHECK(csv_line({"a", "", "b c"}) == "a,,b c\n");
  CHECK(csv_line({"a,b", "say \"x\"", "two\nlines"}) ==
        "\"a,b\",\"say \"\"x\"\"\",\"two\nlines\"\n");
}

}  // namespace
}  // namespace lapwing::cli

#include "agent/cli/marked_expression.h"

#include <catch2/catch.hpp>

namespace lapwing::cli {
namespace {

TEST_CASE("marked expression: the place stands below the expression") {
  CHECK(mark_error("sum(up", "invalid parameter \"query\": 1:4: parse error: unclosed", 80) ==
        "1:4: parse error: unclosed\n"
        "  sum(up\n"
        "     ^");
}

TEST_CASE("marked expression: one past the end, and lines behind the first") {
  CHECK(mark_error("up +", "1:5: missing", 80) == "1:5: missing\n  up +\n      ^");
  CHECK(mark_error("up\n+ )", "2:3: unexpected", 80) == "2:3: unexpected\n  + )\n    ^");
  CHECK(mark_error("up", "1:999: far", 80) == "1:999: far\n  up\n    ^");
}

TEST_CASE("marked expression: characters of several bytes take one column") {
  CHECK(mark_error("\"\xC3\xA9\xC3\xA9\" $", "1:8: x", 80) ==
        "1:8: x\n  \"\xC3\xA9\xC3\xA9\" $\n       ^");
}

TEST_CASE("marked expression: of a long line a window around the place is shown") {
  const std::string marked =
      mark_error(std::string(100, 'a') + "$" + std::string(100, 'b'), "1:101: x", 32);
  CHECK(marked == "1:101: x\n  " + std::string(20, 'a') + "$" + std::string(9, 'b') + "\n  " +
                      std::string(20, ' ') + "^");
}

TEST_CASE("marked expression: without a position there is no mark, control characters are shown") {
  CHECK(mark_error("up", "query timed out", 80) == "query timed out");
  CHECK(mark_error("up", "3:1: x", 80) == "3:1: x");
  CHECK(mark_error("up", "1: x", 80) == "1: x");
  CHECK(mark_error("up", "0:0: x", 80) == "0:0: x");
  CHECK(mark_error("\x1b[1m $", "1:6: \x1b", 80) == "1:6: ?\n  ?[1m $\n       ^");
}

}  // namespace
}  // namespace lapwing::cli

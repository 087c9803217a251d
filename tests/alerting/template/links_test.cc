#include "alerting/template/links.h"

#include <catch2/catch.hpp>

using namespace lapwing::alerting;

TEST_CASE("links: queries are escaped as in a form") {
  CHECK(url_query_escape("a b+c/ü~") == "a+b%2Bc%2F%C3%BC~");
  CHECK(link_to_table("up") == "/graph?g0.expr=up&g0.tab=1");
  CHECK(link_to_graph("up") == "/graph?g0.expr=up&g0.tab=0");
}

#include "agent/exposition/escaping.h"

#include <catch2/catch.hpp>

namespace lapwing::exposition {
namespace {

std::string series(std::string_view text, Escaping escaping) {
  std::string out;
  append_escaped_series(out, text, escaping);
  return out;
}

}  // namespace

TEST_CASE("escaping: legacy names stay as they are in every scheme") {
  for (const auto escaping :
       {Escaping::Underscores, Escaping::Dots, Escaping::Values, Escaping::AllowUtf8}) {
    CHECK(escape_name("node_cpu:rate5m", escaping) == "node_cpu:rate5m");
    CHECK(escape_name("", escaping).empty());
  }
}

// The expected texts are those of Prometheus's "Escaping schemes" page and its Go library.
TEST_CASE("escaping: underscores") {
  CHECK(escape_name("mysystem.prod.west.cpu.load", Escaping::Underscores) ==
        "mysystem_prod_west_cpu_load");
  CHECK(escape_name("http.status:sum", Escaping::Underscores) == "http_status:sum");
  CHECK(escape_name("label with 😱", Escaping::Underscores) == "label_with__");
  CHECK(escape_name("0zero", Escaping::Underscores) == "_zero");
}

TEST_CASE("escaping: dots") {
  CHECK(escape_name("mysystem.prod_west.cpu", Escaping::Dots) == "mysystem_dot_prod__west_dot_cpu");
  CHECK(escape_name("label with 😱", Escaping::Dots) == "label__with____");
}

TEST_CASE("escaping: values") {
  CHECK(escape_name("mysystem.prod_west.cpu", Escaping::Values) ==
        "U__mysystem_2e_prod__west_2e_cpu");
  CHECK(escape_name("label with 😱", Escaping::Values) == "U__label_20_with_20__1f631_");
  CHECK(escape_name("été", Escaping::Values) == "U___e9_t_e9_");
  CHECK(escape_name("broken \xff", Escaping::Values) == "U__broken_20__FFFD_");
  CHECK(escape_name("9a.1", Escaping::Values) == "U___39_a_2e_1");
}

TEST_CASE("escaping: only a series with a quoted name may hold one") {
  CHECK_FALSE(may_hold_quoted_name("up"));
  CHECK_FALSE(may_hold_quoted_name(R"(a{b="c",d="e\",f"})"));
  CHECK(may_hold_quoted_name(R"({"a.b"})"));
  CHECK(may_hold_quoted_name(R"(a{"b.c"="d"})"));
  CHECK(may_hold_quoted_name(R"(a{b="c","d.e"="f"})"));
  CHECK(may_hold_quoted_name(R"(a{b="c", "d.e"="f"})"));
}

TEST_CASE("escaping: a series keeps its values and loses its quotes") {
  CHECK(series(R"({"my.metric",a="x\"y,{}","b c"="d\\"})", Escaping::Underscores) ==
        R"(my_metric{a="x\"y,{}",b_c="d\\"})");
  CHECK(series(R"({"my.metric"})", Escaping::Dots) == "my_dot_metric");
  CHECK(series(R"(plain{"b.c"="1", d="2"})", Escaping::Values) == R"(plain{U__b_2e_c="1",d="2"})");
  CHECK(series(R"({"with\"quote\\\n"})", Escaping::Underscores) == "with_quote__");
  CHECK(series(R"(a{b="{",c=","})", Escaping::Underscores) == R"(a{b="{",c=","})");
}

TEST_CASE("escaping: what is no series stays as it is") {
  for (const char* text : {"", "up", "{", "{}", R"({"a")", R"({"a",b})", R"({"a"}x)", R"(a{b="c)",
                           R"({"a","b"})", R"({a="b"})", R"({"a\)"})
    CHECK(series(text, Escaping::Underscores) == text);
}

}  // namespace lapwing::exposition

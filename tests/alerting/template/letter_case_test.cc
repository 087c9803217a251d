#include "alerting/template/letter_case.h"

#include <catch2/catch.hpp>

using namespace lapwing::alerting;

TEST_CASE("letter case: Unicode letters change, bytes that are none stay") {
  CHECK(to_upper("grün é 1_\xff") == "GRÜN É 1_\xff");
  CHECK(to_lower("GRÜN É") == "grün é");
  CHECK(to_upper("") == "");
}

TEST_CASE("letter case: titles know Unicode's words; the rest stays, or becomes small") {
  const std::string text = "fooBAR o'neil a-b hello_world école 3com a.b 10:30";
  CHECK(title_case(text, TitleRest::Keep) == "FooBAR O'neil A-B Hello_world École 3Com A.b 10:30");
  CHECK(title_case(text, TitleRest::Lower) == "Foobar O'neil A-B Hello_world École 3Com A.b 10:30");
}

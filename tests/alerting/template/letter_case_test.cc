#include "alerting/template/letter_case.h"

#include <catch2/catch.hpp>

using namespace lapwing::alerting;

TEST_CASE("letter case: Unicode letters change, bytes that are none stay") {
  CHECK(to_upper("grün é 1_\xff") == "GRÜN É 1_\xff");
  CHECK(to_lower("GRÜN É") == "grün é");
  CHECK(to_upper("") == "");
}

TEST_CASE("letter case: strings.Title leaves the rest of a word alone") {
  CHECK(title_words("fooBAR o'neil a-b hello_world école") ==
        "FooBAR O'Neil A-B Hello_world École");
  CHECK(title_words("3com") == "3com");
}

TEST_CASE("letter case: cases.Title makes the rest small and knows words") {
  CHECK(title_case("fooBAR o'neil a-b hello_world ÉCOLE") == "Foobar O'neil A-B Hello_world École");
  CHECK(title_case("node.exporter 10:30 a.b") == "Node.exporter 10:30 A.b");
}

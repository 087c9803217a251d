#include "collectors/services/run_delay.h"

#include <catch2/catch.hpp>

using lapwing::collectors::services::RunDelay;

TEST_CASE("run_delay: a process of one thread has waited what its thread has") {
  RunDelay delay;
  delay.see_first(500, true);
  CHECK(delay.nanoseconds() == 500);
  delay.see_first(700, true);
  CHECK(delay.nanoseconds() == 700);
}

TEST_CASE("run_delay: what threads had waited before the first look does not count") {
  RunDelay delay;
  delay.see_first(500, false);
  delay.see_others({{11, 9000}, {12, 4000}}, false);
  CHECK(delay.nanoseconds() == 500);
  delay.see_others({{11, 9100}, {12, 4000}}, false);
  CHECK(delay.nanoseconds() == 600);
}

TEST_CASE("run_delay: it counts from the start of a process that began with us") {
  RunDelay delay;
  delay.see_first(5, false);
  delay.see_others({{11, 90}, {12, 40}}, true);
  CHECK(delay.nanoseconds() == 135);
}

TEST_CASE("run_delay: threads that come count, those that go take nothing away") {
  RunDelay delay;
  delay.see_first(10, true);
  delay.see_others({{11, 30}, {13, 20}}, false);
  CHECK(delay.nanoseconds() == 60);
  delay.see_others({{13, 21}, {14, 5}}, false);
  CHECK(delay.nanoseconds() == 66);
  delay.see_first(10, true);
  delay.see_others({{15, 4}}, false);
  CHECK(delay.nanoseconds() == 70);
}

TEST_CASE("run_delay: a thread's number that another one has now never takes away") {
  RunDelay delay;
  delay.see_first(0, true);
  delay.see_others({{11, 30}}, false);
  delay.see_others({{11, 2}}, false);
  CHECK(delay.nanoseconds() == 30);
  delay.see_others({{11, 7}}, false);
  CHECK(delay.nanoseconds() == 35);
}

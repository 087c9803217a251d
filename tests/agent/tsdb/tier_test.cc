#include "agent/tsdb/tier.h"

#include <catch2/catch.hpp>

#include "tests/agent/tsdb/support.h"

using namespace lapwing;
using namespace lapwing::tsdb;
using lapwing::tsdb::testing::kStart;

TEST_CASE("tier: names and spans agree") {
  const FileSpan day = span_of(Tier::Raw, kStart + 1ms);
  CHECK(day.start == kStart);
  CHECK(day.end == kStart + 24h);
  CHECK(span_of(Tier::Minutes, kStart + 24h) == day);
  CHECK(span_of(Tier::Raw, kStart).end == kStart);
  CHECK(file_name(Tier::Raw, day) == "2023-11-15.db");
  CHECK(span_of_name(Tier::Minutes, "2023-11-15.db") == day);
  const FileSpan year = span_of(Tier::Hours, kStart);
  CHECK(file_name(Tier::Hours, year) == "2023.db");
  CHECK(span_of_name(Tier::Hours, "2023.db") == year);
  CHECK(span_of(Tier::Hours, year.end) == year);
  CHECK(span_of(Tier::Hours, year.end + 1ms).start == year.end);
}

TEST_CASE("tier: other names mean nothing") {
  for (const char* name : {"2023-11-15.db.damaged", "2023-13-15.db", "state.db", "2023.db", ""})
    CHECK_FALSE(span_of_name(Tier::Raw, name).has_value());
  for (const char* name : {"2023-11-15.db", "20x3.db", "1969.db", ""})
    CHECK_FALSE(span_of_name(Tier::Hours, name).has_value());
}

TEST_CASE("tier: intervals are left-open, the first moment of 1970 is in the first") {
  CHECK(start_of(kStart, 1min) == kStart - 1min);
  CHECK(start_of(kStart + 1ms, 1min) == kStart);
  CHECK(start_of(from_millis(0), kDay) == from_millis(0));
  CHECK(span_of(Tier::Raw, from_millis(0)).start == from_millis(0));
  CHECK(file_name(Tier::Hours, span_of(Tier::Hours, from_millis(0))) == "1970.db");
}

TEST_CASE("tier: names") {
  CHECK(name(Tier::Raw) == "raw");
  CHECK(name(Tier::Minutes) == "minutes");
  CHECK(name(Tier::Hours) == "hours");
}

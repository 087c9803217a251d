#include "collectors/probe/page.h"

#include <catch2/catch.hpp>

using namespace lapwing;
using namespace lapwing::collectors::probe;

namespace {
constexpr Gauge kB{"b", "second\nline \\ \"quoted\""};
constexpr Gauge kA{"a", "first"};
}  // namespace

TEST_CASE("probe page: gauges come sorted by name and labels, escaped, each family once") {
  ProbePage page;
  page.set(kB, {{"x", "2"}}, 2);
  page.set(kA, 1.5);
  page.set(kB, {{"x", "1\"\\\n"}, {"y", "é"}}, 1);
  CHECK(page.text() ==
        "# HELP a first\n# TYPE a gauge\na 1.5\n"
        "# HELP b second\\nline \\\\ \"quoted\"\n# TYPE b gauge\n"
        "b{x=\"1\\\"\\\\\\n\",y=\"é\"} 1\nb{x=\"2\"} 2\n");
}

TEST_CASE("probe page: set replaces, add sums up") {
  ProbePage page;
  page.set(kA, 1);
  page.set(kA, 2);
  page.add(kA, {}, 3);
  CHECK(page.value(kA) == 5);
  CHECK(page.value(kB) == 0);
}

TEST_CASE("probe notes: kept only when asked for, bounded in lines and length") {
  ProbeNotes none(false);
  none.note(from_millis(0), "INFO", "x");
  CHECK(none.text().empty());
  ProbeNotes notes(true);
  notes.note(from_millis(0), "INFO", "a \"b\"");
  CHECK(notes.text() == "time=1970-01-01T00:00:00.000Z level=INFO msg=\"a \\\"b\\\"\"\n");
  for (int i = 0; i < 2000; ++i) notes.note(from_millis(0), "INFO", std::string(5000, 'x'));
  CHECK(notes.text().size() < 700'000);
}

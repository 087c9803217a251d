#include "collectors/scrape/page_metadata.h"

#include <catch2/catch.hpp>

#include "collectors/scrape/openmetrics_parser.h"

using namespace lapwing;
using namespace lapwing::collectors::scrape;

namespace {

void learn(PageMetadata& metadata, std::uint32_t round, const std::string& lines) {
  const std::string page = lines + "# EOF\n";
  OpenMetricsParser parser(page);
  for (auto entry = parser.next(); entry && *entry != Entry::End; entry = parser.next())
    metadata.learn(parser, *entry, round);
}

}  // namespace

TEST_CASE("page metadata: families with type, help and unit; a snapshot only when one changed") {
  PageMetadata metadata;
  learn(metadata, 1, "# TYPE b_s counter\n# HELP b_s Help\\n.\n# UNIT b_s s\n# HELP a x\n");
  const auto first = metadata.snapshot();
  CHECK(*first == MetadataSnapshot{{"a", MetricType::Unknown, "x", ""},
                                   {"b_s", MetricType::Counter, "Help\n.", "s"}});
  const std::uint64_t version = metadata.version();
  learn(metadata, 2, "# HELP a x\n");
  CHECK(metadata.snapshot() == first);
  CHECK(metadata.version() == version);
  learn(metadata, 3, "# HELP a y\n");
  CHECK(metadata.version() != version);
  CHECK(metadata.snapshot()->front().help == "y");
}

TEST_CASE("page metadata: what ten rounds did not tell is forgotten, its place used again") {
  PageMetadata metadata;
  learn(metadata, 1, "# TYPE a gauge\n# TYPE b gauge\n");
  for (std::uint32_t round = 2; round < 30; ++round) {
    CHECK(metadata.touch(1, round));
    metadata.forget_old(round);
  }
  CHECK(*metadata.snapshot() == MetadataSnapshot{{"b", MetricType::Gauge, "", ""}});
  CHECK_FALSE(metadata.touch(0, 30));
  learn(metadata, 30, "# TYPE c gauge\n");
  CHECK(metadata.touch(0, 31));
}

TEST_CASE("page metadata: the type says what a series' values are") {
  PageMetadata metadata;
  learn(metadata, 1, "# TYPE c counter\n# TYPE h histogram\n# TYPE s summary\n# TYPE g gauge\n");
  CHECK(metadata.kind_of("c_total") == SeriesKind::Counter);
  CHECK(metadata.kind_of("h_bucket") == SeriesKind::Counter);
  CHECK(metadata.kind_of("h_sum") == SeriesKind::Counter);
  CHECK(metadata.kind_of("s_count") == SeriesKind::Counter);
  CHECK(metadata.kind_of("s_bucket") == SeriesKind::Unknown);
  CHECK(metadata.kind_of("g") == SeriesKind::Gauge);
  CHECK(metadata.kind_of("g_total") == SeriesKind::Unknown);
  CHECK(metadata.kind_of("x") == SeriesKind::Unknown);
}

#include "agent/cli/store_report.h"

#include <catch2/catch.hpp>

#include "agent/base/json_value.h"

using namespace lapwing;
using namespace lapwing::cli;

namespace {

constexpr Timestamp kDayStart = from_millis(1'700'006'400'000);  // 2023-11-15

/// A day of two metrics, three series.
StoreReport sample_report() {
  tsdb::FileContent raw{.tier = tsdb::Tier::Raw,
                        .path = "/data/store/raw/2023-11-15.db",
                        .bytes = 5000,
                        .chunks = 2,
                        .chunk_bytes = 4000,
                        .entries = 10'000,
                        .from = kDayStart,
                        .to = kDayStart + 15min};
  raw.series = {{Labels{{"__name__", "cheap"}, {"job", "node"}}, 4000, 1000},
                {Labels{{"__name__", "dear"}, {"cpu", "0"}, {"job", "node"}}, 3000, 1500},
                {Labels{{"__name__", "dear"}, {"cpu", "1"}, {"job", "node"}}, 3000, 1500}};
  tsdb::FileContent minutes = raw;
  minutes.tier = tsdb::Tier::Minutes;
  minutes.path = "/data/store/minutes/2023-11-15.db";
  minutes.bytes = 1000;
  minutes.chunk_bytes = 600;
  minutes.entries = 45;
  for (auto& series : minutes.series) {
    series.entries = 15;
    series.bytes = 200;
  }
  minutes.damage = {"/data/store/minutes/2023-11-15.db: group 1"};
  StoreReport report("/data/store");
  report.add(raw);
  report.add(minutes);
  report.add(tsdb::JournalContent{.path = "j", .bytes = 700, .samples = 20});
  report.add_set_aside("/data/store/raw/x.db.damaged");
  return report;
}

}  // namespace

TEST_CASE("store report: the table has sums, tiers, metrics and labels, dearest first") {
  CHECK(sample_report().text({}, 10) ==
        "/data/store: 3 series, 10,000 samples, 6.00 kB, 0.60 bytes a sample\n"
        "journal: 1 segments, 20 samples, 700 B\n"
        "set aside: /data/store/raw/x.db.damaged\n"
        "damaged: /data/store/minutes/2023-11-15.db: group 1\n"
        "\n"
        "TIER     FILE                   FROM              TO                SERIES  ENTRIES   "
        "CHUNKS     REST  BYTES AN ENTRY\n"
        "raw      1 files                2023-11-15T00:00  2023-11-15T00:15       3   10,000  "
        "4.00 kB  1.00 kB            0.50\n"
        "raw      raw/2023-11-15.db      2023-11-15T00:00  2023-11-15T00:15       3   10,000  "
        "4.00 kB  1.00 kB            0.50\n"
        "minutes  1 files                2023-11-15T00:00  2023-11-15T00:15       3       45    "
        "600 B    400 B           22.22\n"
        "minutes  minutes/2023-11-15.db  2023-11-15T00:00  2023-11-15T00:15       3       45    "
        "600 B    400 B           22.22\n"
        "\n"
        "METRIC  SERIES  SAMPLES   CHUNKS  BYTES A SAMPLE\n"
        "dear         2    6,000  3.40 kB            0.57\n"
        "cheap        1    4,000  1.20 kB            0.30\n"
        "\n"
        "LABEL  VALUES  SERIES\n"
        "cpu         2       2\n"
        "job         1       3\n");
}

TEST_CASE("store report: top cuts files, metrics and labels") {
  const std::string text = sample_report().text({}, 1);
  CHECK(text.find("dear") != text.npos);
  CHECK(text.find("cheap") == text.npos);
  CHECK(text.find("job") == text.npos);
}

TEST_CASE("store report: JSON has the same figures") {
  const auto parsed = parse_json(sample_report().json(10));
  REQUIRE(parsed);
  const std::string text = sample_report().json(1);
  CHECK(text.find(R"("series":3,"samples":10000,"bytes":6000,"tiers":{"raw":{"files":1,)") !=
        text.npos);
  CHECK(text.find(R"("metrics":[{"name":"dear","series":2,"samples":6000,"chunkBytes":3400}])") !=
        text.npos);
  CHECK(text.find(R"("labels":[{"name":"cpu","values":2,"series":2}])") != text.npos);
  CHECK(text.find(R"("journal":{"segments":1,"samples":20,"bytes":700})") != text.npos);
  CHECK(text.find(R"("damagedPlaces":1)") != text.npos);
  CHECK(text.find(R"("setAside":["/data/store/raw/x.db.damaged"])") != text.npos);
}

TEST_CASE("store report: an empty store has no figure a sample") {
  const StoreReport report("/data/store");
  CHECK(report.text({}, 10).starts_with("/data/store: 0 series, 0 samples, 0 B\n"));
  CHECK(parse_json(report.json(10)));
}

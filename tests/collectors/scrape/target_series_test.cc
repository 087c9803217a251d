#include "collectors/scrape/target_series.h"

#include <catch2/catch.hpp>
#include <optional>

#include "agent/base/number.h"
#include "agent/model/sample.h"
#include "tests/support/memory_store.h"

using namespace lapwing;
using namespace lapwing::collectors::scrape;

namespace {

struct Bed {
  explicit Bed(TargetSeries::Options chosen = {}) : options(std::move(chosen)) {
    options.labels.target_labels = Labels{{"job", "app"}, {"instance", "h:1"}};
    series.emplace(store, "scrape/app", options);
  }
  /// Scrapes a page at the given second; the error's text, or "".
  std::string scrape(int second, std::string_view page, PageFormat format = PageFormat::Text) {
    const Result<void> read = series->read(std::string(page), format);
    series->commit(from_millis(second * 1'000),
                   {.up = read.ok(), .body_size_bytes = double(page.size())});
    return read ? "" : read.error().message;
  }
  /// `SECOND:value …` of the one series that matches.
  std::string samples(std::initializer_list<Label> labels) {
    std::vector<Matcher> matchers;
    for (const Label label : labels)
      matchers.push_back(Matcher::equal(std::string(label.name), std::string(label.value)));
    const auto set = std::move(*store.select(matchers, {}));
    std::string found;
    Columns columns;
    for (std::size_t i = 0; i < set->size(); ++i) {
      REQUIRE(set->read(i, columns).ok());
      for (std::size_t j = 0; j < columns.size(); ++j)
        found += std::to_string(to_millis(columns.times[j]) / 1'000) + ":" +
                 (is_stale(columns.values[j]) ? "stale" : format_value(columns.values[j])) + " ";
    }
    return found;
  }

  TargetSeries::Options options;
  testing::MemoryStore store;
  std::optional<TargetSeries> series;
};

}  // namespace

TEST_CASE("target series: samples get the target's labels, and the report stands beside them") {
  Bed bed;
  CHECK(bed.scrape(10, "a 1\nb{x=\"y\"} 2\n") == "");
  CHECK(bed.samples({{"__name__", "b"}, {"x", "y"}, {"job", "app"}, {"instance", "h:1"}}) ==
        "10:2 ");
  CHECK(bed.samples({{"__name__", "up"}}) == "10:1 ");
  CHECK(bed.samples({{"__name__", "scrape_samples_scraped"}}) == "10:2 ");
  CHECK(bed.samples({{"__name__", "scrape_series_added"}}) == "10:2 ");
  bed.scrape(11, "a 1\nb{x=\"y\"} 2\nc 3\n");
  CHECK(bed.samples({{"__name__", "scrape_series_added"}}) == "10:2 11:1 ");
}

// As Prometheus 3.5 has it: what stood before the fault is not ended yet, what would follow is.
TEST_CASE("target series: an error halfway stores nothing, and up is 0") {
  Bed bed;
  bed.scrape(10, "a 1\nb 2\n");
  CHECK(bed.scrape(11, "a 5\nb 0x1\n") != "");
  CHECK(bed.samples({{"__name__", "a"}}) == "10:1 ");
  CHECK(bed.samples({{"__name__", "b"}}) == "10:2 11:stale ");
  CHECK(bed.samples({{"__name__", "up"}}) == "10:1 11:0 ");
  bed.scrape(12, "b 6\n");
  CHECK(bed.samples({{"__name__", "a"}}) == "10:1 12:stale ");
  CHECK(bed.samples({{"__name__", "b"}}) == "10:2 11:stale 12:6 ");
  CHECK(bed.samples({{"__name__", "scrape_series_added"}}) == "10:2 11:0 12:0 ");
}

TEST_CASE("target series: the first of equal series wins, in whatever spelling") {
  Bed bed;
  bed.scrape(10, "a{x=\"1\",y=\"2\"} 1\na{y=\"2\",x=\"1\"} 2\na{x=\"1\",y=\"2\"} 3\n");
  CHECK(bed.samples({{"__name__", "a"}}) == "10:1 ");
  CHECK(bed.samples({{"__name__", "scrape_samples_scraped"}}) == "10:3 ");
  bed.scrape(11, "a{y=\"2\",x=\"1\"} 5\n");
  CHECK(bed.samples({{"__name__", "a"}}) == "10:1 11:5 ");
}

TEST_CASE("target series: explicit timestamps are kept, and such series end without a marker") {
  Bed bed;
  bed.scrape(10, "a 1 7000\nb 2\n");
  bed.scrape(11, "b 3\n");
  CHECK(bed.samples({{"__name__", "a"}}) == "7:1 ");
  CHECK(bed.samples({{"__name__", "b"}}) == "10:2 11:3 ");
}

TEST_CASE("target series: honor_timestamps off and tracked staleness") {
  Bed ignoring({.honor_timestamps = false});
  ignoring.scrape(10, "a 1 7000\n");
  CHECK(ignoring.samples({{"__name__", "a"}}) == "10:1 ");
  Bed tracking({.track_timestamps_staleness = true});
  tracking.scrape(10, "a 1 7000\n");
  tracking.scrape(11, "");
  CHECK(tracking.samples({{"__name__", "a"}}) == "7:1 11:stale ");
}

TEST_CASE("target series: labels in conflict are renamed, or honoured") {
  Bed bed;
  bed.scrape(10, "a{job=\"x\",exported_job=\"y\"} 1\n");
  CHECK(bed.samples({{"job", "app"}, {"exported_job", "y"}, {"exported_exported_job", "x"}}) ==
        "10:1 ");
  Bed honoring({.labels = {.honor_labels = true}});
  honoring.scrape(10, "a{job=\"x\",instance=\"\"} 1\n");
  CHECK(honoring.samples({{"__name__", "a"}, {"job", "x"}, {"instance", ""}}) == "10:1 ");
}

TEST_CASE("target series: limits fail the scrape") {
  Bed samples({.labels = {.limits = {.samples = 1}}});
  CHECK(samples.scrape(10, "a 1\n") == "");
  CHECK(samples.scrape(11, "a 1\nb 2\n").find("sample_limit") != std::string::npos);
  CHECK(samples.samples({{"__name__", "a"}}) == "10:1 ");
  CHECK(samples.samples({{"__name__", "scrape_samples_scraped"}}) == "10:1 11:2 ");
  Bed labels({.labels = {.limits = {.labels = 3}}});  // __name__, job and instance count
  CHECK(labels.scrape(10, "a 1\n") == "");
  CHECK(labels.scrape(11, "a{x=\"1\"} 1\n").find("label_limit") != std::string::npos);
  Bed values({.labels = {.limits = {.label_value_length = 3}}});
  CHECK(values.scrape(10, "a{x=\"1234\"} 1\n").find("label_value_length") != std::string::npos);
}

TEST_CASE("target series: a label that stands twice fails the scrape") {
  Bed bed;
  CHECK(bed.scrape(10, "a{x=\"1\",x=\"2\"} 1\n") != "");
  CHECK(bed.scrape(11, "a{__name__=\"b\"} 1\n") != "");
}

TEST_CASE("target series: types decide the kind, metadata is kept") {
  Bed bed;
  bed.scrape(10,
             "# TYPE a counter\n# HELP a Help.\na 1\n# TYPE h histogram\nh_bucket{le=\"1\"} 1\n");
  const std::vector<Matcher> all{Matcher::equal("job", "app")};
  const auto set = std::move(*bed.store.select(all, {}));
  for (std::size_t i = 0; i < set->size(); ++i) {
    const std::string_view name = set->labels(i).metric_name();
    if (name == "a" || name == "h_bucket")
      CHECK(set->kind(i) == SeriesKind::Counter);
    else
      CHECK(set->kind(i) == SeriesKind::Gauge);
  }
  CHECK(*bed.series->metadata().snapshot() ==
        MetadataSnapshot{{"a", MetricType::Counter, "Help.", ""},
                         {"h", MetricType::Histogram, "", ""}});
}

TEST_CASE("target series: retire ends every series, the report's too") {
  Bed bed;
  bed.scrape(10, "a 1\n");
  bed.series->retire(from_millis(12'000));
  CHECK(bed.samples({{"__name__", "a"}}) == "10:1 12:stale ");
  CHECK(bed.samples({{"__name__", "up"}}) == "10:1 12:stale ");
}

TEST_CASE("target series: pages that change their series each time do not pile up") {
  Bed bed;
  for (int i = 0; i < 4'000; ++i)
    bed.scrape(i + 1, "a{n=\"" + std::to_string(i) + "\"} 1\nb " + std::to_string(i) + "\n");
  CHECK(bed.series->memory_bytes() < 200'000);
  CHECK(bed.samples({{"__name__", "a"}, {"n", "3999"}}) == "4000:1 ");
  CHECK(bed.samples({{"__name__", "a"}, {"n", "3998"}}) == "3999:1 4000:stale ");
}

TEST_CASE("target series: a parse that goes on in parts is stored as a whole") {
  Bed bed;
  bed.series->begin("a 1\n# TYPE h histogram\nh{le=\"1\"} 2\nc 3\n", PageFormat::Text);
  int parts = 0;
  for (Result<bool> ready = false; !*ready; ++parts) {
    ready = bed.series->read_some(1);
    REQUIRE(ready.ok());
    CHECK(bed.samples({{"__name__", "a"}}) == "");
  }
  CHECK(parts > 3);
  bed.series->commit(from_millis(10'000), {.up = true});
  CHECK(bed.samples({{"__name__", "a"}}) == "10:1 ");
  CHECK(bed.samples({{"__name__", "h"}, {"le", "1.0"}}) == "10:2 ");
}

TEST_CASE("target series: a page in another format names the same series") {
  Bed bed;
  bed.scrape(10, "a{x = \"1\"} 1\nb 2\n");
  CHECK(bed.scrape(11, "b 3\n# EOF\n", PageFormat::OpenMetrics) == "");
  CHECK(bed.samples({{"__name__", "b"}}) == "10:2 11:3 ");
  CHECK(bed.samples({{"__name__", "scrape_series_added"}}) == "10:2 11:0 ");
  // The bytes that the text format took are no sound OpenMetrics.
  CHECK(bed.scrape(12, "a{x = \"1\"} 1\nb 2\n# EOF\n", PageFormat::OpenMetrics) != "");
}

TEST_CASE("target series: the further report is stored when it is asked for") {
  Bed bed({.labels = {.limits = {.samples = 7}}, .extra_metrics = true, .timeout = 500ms});
  bed.scrape(10, "a 1\n");
  CHECK(bed.samples({{"__name__", "scrape_timeout_seconds"}}) == "10:0.5 ");
  CHECK(bed.samples({{"__name__", "scrape_sample_limit"}}) == "10:7 ");
  CHECK(bed.samples({{"__name__", "scrape_body_size_bytes"}}) == "10:4 ");
}

TEST_CASE("target series: churn for an hour leaves the memory flat") {
  Bed bed;
  std::size_t early = 0;
  for (int scrape = 0; scrape < 360; ++scrape) {
    std::string page;
    for (int n = 0; n < 100; ++n)
      page += "a{n=\"" + std::to_string(n) + "\",born=\"" +
              std::to_string((scrape / 6 + n % 10) / 10) + "\"} 1\n";
    bed.scrape(10 + scrape * 10, page);
    if (scrape == 180) early = bed.series->memory_bytes();
  }
  CHECK(bed.series->memory_bytes() <= early + early / 10);
}

TEST_CASE("target series: series beyond what is remembered are stored and end like others") {
  Bed bed({.remembered_lines = 2});
  CHECK(bed.scrape(10, "a 1\nb 2\nc 3\nd 4\nd 5\n# TYPE e counter\ne 6 7000\n") == "");
  CHECK(bed.samples({{"__name__", "c"}}) == "10:3 ");
  CHECK(bed.samples({{"__name__", "d"}}) == "10:4 ");
  CHECK(bed.samples({{"__name__", "e"}}) == "7:6 ");
  CHECK(bed.scrape(11, "a 1\nb 2\nc 3\nd 4\n") == "");
  CHECK(bed.samples({{"__name__", "scrape_series_added"}}) == "10:6 11:0 ");
  CHECK(bed.scrape(12, "a 1\nb 2\nd 5\n") == "");
  CHECK(bed.samples({{"__name__", "c"}}) == "10:3 11:3 12:stale ");
  CHECK(bed.samples({{"__name__", "d"}}) == "10:4 11:4 12:5 ");
  // One that is remembered vanishes: from the page after on there is room for another.
  CHECK(bed.scrape(13, "a 1\nd 6\n") == "");
  CHECK(bed.scrape(14, "a 1\nd 7\n") == "");
  CHECK(bed.samples({{"__name__", "b"}}) == "10:2 11:2 12:2 13:stale ");
  CHECK(bed.samples({{"__name__", "d"}}) == "10:4 11:4 12:5 13:6 14:7 ");
  CHECK(bed.scrape(15, "a 1\n") == "");
  CHECK(bed.samples({{"__name__", "d"}}) == "10:4 11:4 12:5 13:6 14:7 15:stale ");
}

TEST_CASE("target series: a broken page and the end reach series that are not remembered") {
  Bed bed({.remembered_lines = 1});
  bed.scrape(10, "a 1\nb 2\nc 3\n");
  CHECK(bed.scrape(11, "a 1\nb 2\nc x\n") != "");
  CHECK(bed.samples({{"__name__", "b"}}) == "10:2 ");
  CHECK(bed.samples({{"__name__", "c"}}) == "10:3 11:stale ");
  bed.series->retire(from_millis(12'000));
  CHECK(bed.samples({{"__name__", "b"}}) == "10:2 12:stale ");
  CHECK(bed.samples({{"__name__", "c"}}) == "10:3 11:stale ");
}

TEST_CASE("target series: what is not remembered costs little memory") {
  std::string page;
  for (int i = 0; i < 2'000; ++i) page += "a{n=\"" + std::to_string(i) + "\"} 1\n";
  Bed small({.remembered_lines = 10});
  Bed whole;
  small.scrape(10, page);
  whole.scrape(10, page);
  CHECK(small.series->memory_bytes() * 4 < whole.series->memory_bytes());
  CHECK(small.samples({{"__name__", "a"}, {"n", "1999"}}) == "10:1 ");
}

#include "agent/import/importer.h"

#include <catch2/catch.hpp>

#include "agent/model/matcher.h"
#include "tests/support/memory_store.h"

using namespace lapwing;
using namespace lapwing::import;

namespace {

/// All samples, a line a series: `name{…}: value@millis …`.
std::string content(const testing::MemoryStore& store) {
  std::string out;
  const auto set = store.select({}, {});
  for (std::size_t i = 0; i < (*set)->size(); ++i) {
    Columns columns;
    REQUIRE((*set)->read(i, columns));
    out += (*set)->labels(i).to_string() + ":";
    for (std::size_t j = 0; j < columns.size(); ++j) {
      char text[64];
      std::snprintf(text, sizeof text, " %g@%lld", columns.values[j],
                    static_cast<long long>(to_millis(columns.times[j])));
      out += text;
    }
    out += "\n";
  }
  return out;
}

std::string imported(std::string_view text) {
  testing::MemoryStore store;
  Importer importer(store);
  REQUIRE(importer.feed(text));
  REQUIRE(importer.finish());
  return content(store);
}

/// The error of a text, which is fed at once.
std::string mistake(std::string_view text) {
  testing::MemoryStore store;
  Importer importer(store);
  auto fed = importer.feed(text);
  if (fed) fed = importer.finish();
  REQUIRE_FALSE(fed);
  CHECK(fed.error().kind == ErrorKind::Invalid);
  return fed.error().message;
}

constexpr std::string_view kByTime =
    "# HELP a A.\n# TYPE a counter\na_total 1 1\nb{x=\"1\"} 1.5 1\nb{x=\"2\"} NaN 1\n"
    "a_total 2 2\nb{x=\"1\"} 1.5 2\nb{x=\"2\"} 7 2\n# EOF\n";
constexpr std::string_view kBySeries =
    "# TYPE a counter\na_total 1 1\na_total 2 2\nb{x=\"1\"} 1.5 1\nb{x=\"1\"} 1.5 2\n"
    "b{x=\"2\"} NaN 1\nb{x=\"2\"} 7 2\n# EOF\n";
constexpr std::string_view kContent =
    "a_total: 1@1000 2@2000\nb{x=\"1\"}: 1.5@1000 1.5@2000\nb{x=\"2\"}: nan@1000 7@2000\n";

}  // namespace

TEST_CASE("importer: by time or by series, the store is the same") {
  CHECK(imported(kByTime) == kContent);
  CHECK(imported(kBySeries) == kContent);
}

TEST_CASE("importer: pieces of any size give the same") {
  for (const std::string_view text : {kByTime, kBySeries})
    for (const std::size_t size : {1u, 2u, 3u, 7u, 40u}) {
      testing::MemoryStore store;
      Importer importer(store);
      for (std::size_t at = 0; at < text.size(); at += size)
        REQUIRE(importer.feed(text.substr(at, size)));
      REQUIRE(importer.finish());
      CHECK(content(store) == kContent);
      CHECK(importer.counts().ended);
      CHECK(importer.counts().samples == 6);
    }
}

TEST_CASE("importer: a value that begins like the one before is read anew") {
  CHECK(imported("a 1 1\na 12 2\na 1 3\na 1e3 4\na -1 5\na 1  6\n") ==
        "a: 1@1000 12@2000 1@3000 1000@4000 -1@5000 1@6000\n");
}

TEST_CASE("importer: a time that begins like the one before is read anew") {
  CHECK(imported("a 1 1\na 1 12\na 1 1.5\nb 1 1.5\nb 1 1.52\n") ==
        "a: 1@1000 1@1500 1@12000\nb: 1@1500 1@1520\n");
}

TEST_CASE("importer: names that begin alike are different series") {
  CHECK(imported("a 1 1\nab 2 1\na 3 2\nab 4 2\na{b=\"\"} 5 3\n") ==
        "a: 1@1000 3@2000 5@3000\nab: 2@1000 4@2000\n");
}

TEST_CASE("importer: the kind comes from TYPE, of the name or its family") {
  testing::MemoryStore store;
  Importer importer(store);
  REQUIRE(
      importer.feed("# TYPE c counter\nc_total 1 1\n# TYPE old_total counter\nold_total 1 1\n"
                    "# TYPE g gauge\ng 1 1\n# TYPE h histogram\nh_bucket{le=\"1\"} 1 1\n"
                    "h_sum 1 1\nu_total 1 1\n# TYPE s summary\ns{quantile=\"0.5\"} 1 1\n"));
  REQUIRE(importer.finish());
  const auto set = store.select({}, {});
  std::string kinds;
  for (std::size_t i = 0; i < (*set)->size(); ++i)
    kinds += std::string((*set)->labels(i).metric_name()) + "=" +
             std::to_string(int((*set)->kind(i))) + " ";
  CHECK(kinds == "c_total=1 g=2 h_bucket=1 h_sum=1 old_total=1 s=0 u_total=0 ");
}

TEST_CASE("importer: blank lines, exemplars and texts in a row are taken") {
  testing::MemoryStore store;
  Importer importer(store);
  REQUIRE(importer.feed("\na_total 1 1 # {trace=\"x\"} 0.5 1.2\n# EOF\na_total 2 2\n# EOF"));
  CHECK_FALSE(importer.counts().ended);
  REQUIRE(importer.finish());
  CHECK(content(store) == "a_total: 1@1000 2@2000\n");
  CHECK(importer.counts().exemplars == 1);
  CHECK(importer.counts().ended);
}

TEST_CASE("importer: without # EOF it counts as not ended") {
  testing::MemoryStore store;
  Importer importer(store);
  REQUIRE(importer.feed("a 1 1\n# EOF\na 1 2\n"));
  REQUIRE(importer.finish());
  CHECK_FALSE(importer.counts().ended);
}

TEST_CASE("importer: mistakes name their line") {
  CHECK(mistake("a 1 1\nb 1\n") ==
        "line 2: no time behind the value: a sample of the past needs one");
  CHECK(mistake("a 1 1\nb 1 # {x=\"1\"} 1\n") ==
        "line 2: no time behind the value: a sample of the past needs one");
  CHECK(mistake("a\n") == "line 1: a series without a value");
  CHECK(mistake("a x 1\n") == "line 1: no value behind the series: \"x 1\"");
  CHECK(mistake("a 1 x\n") == "line 1: no time in seconds behind the value: \"x\"");
  CHECK(mistake("a 1_0 1\n") == "line 1: no time in seconds behind the value: \"_0 1\"");
  CHECK(mistake("a 1 1 x\n") == "line 1: text behind the time");
  CHECK(mistake("a 1 -1\n") == "line 1: a time before 1970");
  CHECK(mistake("a 1 1795164512109\n") ==
        "line 1: the time is past the year 9999: OpenMetrics has seconds, not milliseconds");
  CHECK(mistake("\n\na{b} 1 1\n") == "line 3: \"a{b}\": no = behind the label b");
  CHECK(mistake("a{b=\"1\" 1 1\n") == "line 1: labels without a closing }");
  CHECK(mistake("a 1 1\na 1 17") ==
        "line 2: the text ends within it, so it may be cut off: \"a 1 17\"");
  CHECK(mistake(std::string(1 << 20, 'a') + "a") ==
        "line 1: longer than 1 MiB: is this OpenMetrics text?");
}

TEST_CASE("importer: what stands before a mistake is in the store") {
  testing::MemoryStore store;
  Importer importer(store);
  CHECK_FALSE(importer.feed("a 1 1\na 2 2\na x 3\n"));
  CHECK(content(store) == "a: 1@1000 2@2000\n");
}

TEST_CASE("importer: samples of refused series are counted, the others go on") {
  struct Picky final : Appender {
    std::uint64_t stored = 0;
    SourceRef source(std::string_view) override { return SourceRef(1); }
    Result<SeriesRef> resolve(const Labels& labels, SeriesKind) override {
      if (labels.metric_name() == "b") return invalid("no more");
      return SeriesRef(1);
    }
    AppendOutcome append(const Batch& batch) override {
      stored += batch.refs.size();
      return {};
    }
  } store;
  Importer importer(store);
  REQUIRE(importer.feed("a 1 1\nb 1 1\na 2 2\nb 2 2\n"));
  REQUIRE(importer.finish());
  CHECK(store.stored == 2);
  CHECK(importer.counts().refused == 2);
  CHECK(importer.counts().first_refusal == "no more: b");
}

TEST_CASE("importer: many series in changing order are found again") {
  testing::MemoryStore store;
  Importer importer(store);
  std::string text;
  std::uint32_t state = 1;
  for (int i = 0; i < 20'000; ++i) {
    state = state * 1664525u + 1013904223u;
    text += "m{n=\"" + std::to_string((state >> 8) % 500) + "\"} " + std::to_string(i) + " " +
            std::to_string(i + 1) + "\n";
  }
  REQUIRE(importer.feed(text));
  REQUIRE(importer.finish());
  CHECK(importer.series() == 500);
  const auto set = store.select({}, {});
  CHECK((*set)->size() == 500);
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < (*set)->size(); ++i) {
    Columns columns;
    REQUIRE((*set)->read(i, columns));
    for (std::size_t j = 0; j < columns.size(); ++j)
      if (columns.values[j] != double(to_millis(columns.times[j])) / 1000 - 1) ++wrong;
  }
  CHECK(wrong == 0);
}

#include "agent/tsdb/journal_record.h"

#include <bit>
#include <catch2/catch.hpp>
#include <random>

#include "agent/model/sample.h"

using namespace lapwing;
using namespace lapwing::tsdb;

namespace {

struct Collected final : JournalSink {
  std::vector<std::uint32_t> ids;
  std::vector<std::int64_t> times;
  std::vector<std::uint64_t> bits;
  std::string source;
  Labels labels;

  void series(std::uint32_t, SeriesKind, const Labels& text) override { labels = text; }
  void samples(std::string_view from, std::int64_t time, std::span<const std::uint32_t> told,
               std::span<const Timestamp> own, std::span<const double> values) override {
    source = from;
    for (std::size_t i = 0; i < told.size(); ++i) {
      ids.push_back(told[i]);
      times.push_back(own.empty() ? time : to_millis(own[i]));
      bits.push_back(std::bit_cast<std::uint64_t>(values[i]));
    }
  }
};

}  // namespace

TEST_CASE("journal record: batches come back with unchanged values filled in") {
  JournalEncoder encoder;
  Collected told;
  JournalDecoder decoder(told);
  const std::vector<SeriesRef> ids = {SeriesRef(5), SeriesRef(3), SeriesRef(4'000'000'000u)};
  std::mt19937_64 random(5);
  std::vector<double> values = {0, kStaleMarker, -0.0};
  for (int i = 0; i < 50; ++i) {
    encoder.batch("s", 1000 * i, ids, values, {});
    told = {};
    REQUIRE(decoder.payload(encoder.take()).ok());
    REQUIRE(told.ids == std::vector<std::uint32_t>{5, 3, 4'000'000'000u});
    REQUIRE(told.times == std::vector<std::int64_t>(3, 1000 * i));
    for (std::size_t j = 0; j < 3; ++j)
      REQUIRE(told.bits[j] == std::bit_cast<std::uint64_t>(values[j]));
    values[random() % 3] = std::bit_cast<double>(random());
  }
  CHECK(told.source == "s");
}

TEST_CASE("journal record: a steady batch costs a few bytes") {
  JournalEncoder encoder;
  std::vector<SeriesRef> ids;
  for (std::uint32_t i = 1; i <= 1000; ++i) ids.push_back(SeriesRef(i));
  const std::vector<double> values(1000, 3.5);
  encoder.batch("s", 0, ids, values, {});
  encoder.take();
  encoder.batch("s", 1000, ids, values, {});
  CHECK(encoder.take().size() < 20);
}

TEST_CASE("journal record: after a loss layouts wait for a restart, loose samples do not") {
  JournalEncoder encoder;
  Collected told;
  JournalDecoder decoder(told);
  const SeriesRef id{9};
  const double value = 2;
  const Timestamp time = from_millis(7);
  encoder.batch("s", 1, {&id, 1}, {&value, 1}, {});
  REQUIRE(decoder.payload(encoder.take()).ok());
  decoder.lost();
  encoder.batch("s", 2, {&id, 1}, {&value, 1}, {});
  encoder.samples({&id, 1}, {&time, 1}, {&value, 1}, {});
  REQUIRE(decoder.payload(encoder.take()).ok());
  CHECK(told.times == std::vector<std::int64_t>{1, 7});
  encoder.restart();
  encoder.batch("s", 3, {&id, 1}, {&value, 1}, {});
  REQUIRE(decoder.payload(encoder.take()).ok());
  CHECK(told.times == std::vector<std::int64_t>{1, 7, 3});
}

TEST_CASE("journal record: many layouts stay within their limit and readable") {
  JournalEncoder encoder;
  Collected told;
  JournalDecoder decoder(told);
  for (std::uint32_t i = 1; i < 1000; ++i) {
    const SeriesRef id{i};
    const double value = i;
    encoder.batch("s", i, {&id, 1}, {&value, 1}, {});
  }
  REQUIRE(decoder.payload(encoder.take()).ok());
  CHECK(told.ids.size() == 999);
}

TEST_CASE(
    "journal record: layouts of a large source whose series come and go take bounded memory") {
  constexpr std::uint32_t kSeries = 90'000, kBatches = 10;
  JournalEncoder encoder;
  Collected told;
  JournalDecoder decoder(told);
  std::vector<SeriesRef> ids(kSeries);
  for (std::uint32_t i = 0; i < kSeries; ++i) ids[i] = SeriesRef{i + 1};
  const std::vector<double> values(kSeries, 0.0);
  for (std::uint32_t batch = 0; batch < kBatches; ++batch) {
    ids[batch] = SeriesRef{kSeries + batch};
    encoder.batch("s", batch, ids, values, {});
    REQUIRE(decoder.payload(encoder.take()).ok());
    CHECK(encoder.bytes() <= 600'000 * 28);
  }
  CHECK(told.ids.size() == std::size_t(kSeries) * kBatches);
}

TEST_CASE("journal record: an unknown entry and a cut one are Corrupt") {
  Collected told;
  JournalDecoder decoder(told);
  CHECK(decoder.payload("\x09").error().kind == ErrorKind::Corrupt);
  JournalEncoder encoder;
  encoder.series(1, SeriesKind::Counter, {{"__name__", "m"}});
  const std::string bytes = encoder.take();
  for (std::size_t cut = 1; cut < bytes.size(); ++cut)
    CHECK_FALSE(decoder.payload(std::string_view(bytes).substr(0, cut)).ok());
  CHECK(decoder.payload(bytes).ok());
  CHECK(told.labels == Labels{{"__name__", "m"}});
}

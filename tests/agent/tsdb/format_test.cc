// FORMAT.md held against the readers: bytes written down by hand from that page, so that neither
// changes without the other and without a new version.
#include <catch2/catch.hpp>
#include <span>
#include <string>
#include <vector>

#include "agent/tsdb/bucket_chunk.h"
#include "agent/tsdb/bytes.h"
#include "agent/tsdb/checksum.h"
#include "agent/tsdb/chunk_reader.h"
#include "agent/tsdb/codec.h"
#include "agent/tsdb/dense_column.h"
#include "agent/tsdb/journal.h"
#include "agent/tsdb/record_log.h"
#include "agent/tsdb/series_block.h"
#include "tests/agent/tsdb/support.h"

using namespace lapwing;
using namespace lapwing::tsdb;

namespace {

/// "01 ff" as two bytes.
std::string hex(std::string_view text) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::string out;
  for (std::size_t i = 0; i + 1 < text.size(); i += 3)
    out += char(digit(text[i]) * 16 + digit(text[i + 1]));
  return out;
}

std::string packed(std::string_view content) {
  Compressor compressor;
  return *compressor.compress(content, 3);
}

std::vector<double> dense(std::string_view bytes, std::size_t count) {
  std::vector<double> out(count);
  REQUIRE(decode_doubles(bytes, out));
  return out;
}

Columns chunk_columns(std::string_view content, std::uint32_t slot) {
  const auto chunk = ChunkReader().open(packed(content), only_slot(slot));
  REQUIRE(chunk.ok());
  std::vector<RunView> runs;
  (*chunk)->add_runs(slot, runs);
  REQUIRE(runs.size() == 1);
  Columns columns;
  REQUIRE(read_runs(runs, {}, columns).ok());
  return columns;
}

using Values = std::vector<double>;

// Version; one column of three times; one part, in slot 5, of them all.
const std::string kOnePart = "04 01 03 01 0a 01 00 03 ";

}  // namespace

TEST_CASE("format: plain values") {
  // Twice the newest value, form 1, mantissa + 15, once more, the sign's byte changed.
  Values out(5);
  REQUIRE(decode_values(hex("08 07 79 04 e2 01 80"), out));
  CHECK(out == Values{0, 0, 1.5, 1.5, -1.5});
}

TEST_CASE("format: dense columns") {
  CHECK(dense(hex("00 01 1e"), 2) == Values{1.5, 1.5});
  CHECK(dense(hex("40 00 00 00 00 00 00 f8 7f"), 1)[0] != 0);
  // Levels 0, 2, 1 above the lowest, of two bits each.
  CHECK(dense(hex("01 00 14 02 02 18"), 3) == Values{10, 12, 11});
  // The same with a divisor of 4.
  CHECK(dense(hex("09 00 14 04 02 02 18"), 3) == Values{10, 18, 14});
  // Newest: differences +1 and -1 as 2 and 1.
  CHECK(dense(hex("02 00 14 02 02 18"), 3) == Values{10, 11, 10});
  // Newest, counted: steps of 1 and 4 are 0 and 3 above the lowest.
  CHECK(dense(hex("12 00 14 02 02 02 30"), 3) == Values{10, 11, 15});
  // Steady: 100 and once one more.
  CHECK(dense(hex("06 00 14 c8 01 02 02 08"), 3) == Values{10, 111, 211});
  // Slope: 3 before, then one more each time.
  CHECK(dense(hex("03 00 14 06 02 02 28"), 3) == Values{10, 14, 19});
  // The second is a misfit: 0.1.
  CHECK(dense(hex("21 00 14 01 09 01 9a 99 99 99 99 99 b9 3f 02 02 18"), 3) == Values{10, 0.1, 11});
}

TEST_CASE("format: chunk of samples") {
  // Headers field by field. The times, 1, 2 and 3 s, have a slope of 1,000 and no residuals to
  // speak of; the part is always 1.5.
  const Columns flat = chunk_columns(hex(kOnePart + "03 00 00 01 d0 0f 1e d0 0f 01 00"), 5);
  CHECK(flat.values == Values{1.5, 1.5, 1.5});
  CHECK(flat.times ==
        std::vector<Timestamp>{from_millis(1000), from_millis(2000), from_millis(3000)});
  // Residuals 0, 5 and 2 by sizes (0, 4 and 2, less the shift of 1) and bits (the last of 5).
  const Columns noisy =
      chunk_columns(hex(kOnePart + "03 81 00 00 d0 0f 14 d0 0f 01 01 00 01 00 ff 03 01 01"), 5);
  CHECK(noisy.values == Values{10, 15, 12});
  // Slot 6, of the same samples, refers to part 0 and has no residuals: its steps from 20 on.
  const Columns sum = chunk_columns(hex("04 01 03 02 0a 00 01 00 03 00 "
                                        "03 01 05 00 00 00 d0 0f 14 28 d0 0f 01 00 01 02 00 02 18"),
                                    6);
  CHECK(sum.values == Values{20, 22, 21});
}

TEST_CASE("format: bucket chunk") {
  // Of two minutes that end at 60 and 120 s, first samples at 1 s, lasts at the ends, 60 of them,
  // slot 3 is a counter from 7 to 12, then to 18: firsts are the lasts before, lasts 5 and 6 (in
  // zigzag 10 and 12, of sizes 6 and 7) above the firsts. Slot 4 is a gauge that is always 7.
  const std::string content =
      hex("02 e0 d4 03 01 02 09 02 01 02 01 d0 0f 00 01 78 "
          "02 06 00 01 46 00 00 00 00 0e 0e 01 08 0a 01 06 07 02");
  const auto chunk = BucketChunk::open(packed(content));
  REQUIRE(chunk.ok());
  Minutes minutes;
  REQUIRE((*chunk)->read(3, minutes).ok());
  REQUIRE(minutes.size() == 2);
  CHECK(minutes.ends[0] == from_millis(60'000));
  CHECK(minutes.first_times[0] == from_millis(1000));
  CHECK(minutes.last_times[0] == from_millis(60'000));
  CHECK(minutes.counts[0] == 60);
  CHECK(minutes.firsts == Values{7, 12});
  CHECK(minutes.lasts == Values{12, 18});
  CHECK(minutes.corrections[0] == 0);
  REQUIRE((*chunk)->read(4, minutes).ok());
  CHECK(minutes.maxima == Values{7, 7});
  CHECK(minutes.sums == Values{420, 420});
}

TEST_CASE("format: series block") {
  std::vector<FileSeries> series;
  REQUIRE(decode_series(packed(hex("01 01 02 01 08 5f 5f 6e 61 6d 65 5f 5f 01 6d")), series).ok());
  REQUIRE(series.size() == 1);
  CHECK(series[0].labels == Labels{{"__name__", "m"}});
  CHECK(series[0].kind == SeriesKind::Gauge);
}

TEST_CASE("format: journal") {
  struct Sink final : JournalSink {
    std::string told;
    void series(std::uint32_t id, SeriesKind, const Labels& labels) override {
      told += std::to_string(id) + labels.to_string() + ";";
    }
    void samples(std::string_view source, std::int64_t time, std::span<const std::uint32_t> ids,
                 std::span<const Timestamp>, std::span<const double> values) override {
      told += std::string(source) + " " + std::to_string(time) + " " + std::to_string(ids[0]) +
              "=" + std::to_string(int(values[0])) + ";";
    }
  };
  const std::string numbers = hex("4d 00 00 00 00 00 00 00 04 00 00 00 00 00 00 00");
  std::string segment = "LWJRNL\r\n" + hex("02 00 00 00");
  put_fixed(segment, crc32c(numbers));
  segment += numbers;
  const auto add_frame = [&](std::uint32_t number, std::string_view stored, std::uint32_t raw) {
    std::string body;
    put_fixed(body, number);
    put_fixed(body, std::uint32_t(stored.size()));
    put_fixed(body, raw);
    body += stored;
    segment += "\xF7LWF";
    put_fixed(segment, crc32c(body));
    segment += body;
  };
  // Series 7, a restart, layout 99 of source "cpu" with that one place, 2 at the time 7.
  const std::string first =
      hex("02 07 02 01 08 5f 5f 6e 61 6d 65 5f 5f 01 6d 01 "
          "03 63 00 00 00 00 00 00 00 03 63 70 75 01 0e "
          "04 63 00 00 00 00 00 00 00 0e 00 01 00 11");
  add_frame(0, first, 0);
  // A second later nothing has changed; then the value goes to 3, in a frame that continues.
  const std::string unchanged = hex("04 63 00 00 00 00 00 00 00 d0 0f 00 00");
  add_frame(1, unchanged, 1u << 31);
  const std::string changed = hex("04 63 00 00 00 00 00 00 00 d0 0f 00 01 00 09");
  Compressor compressor;
  add_frame(2, *compressor.compress(changed, 1, first + unchanged),
            std::uint32_t(changed.size()) | 1u << 31);
  Sink sink;
  const SegmentReplay replay = replay_segment(segment, sink);
  CHECK(replay.header->epoch == 77);
  CHECK(replay.header->number == 4);
  CHECK(replay.frames == 3);
  CHECK(sink.told == "7m;cpu 7 7=2;cpu 1007 7=2;cpu 2007 7=3;");
}

TEST_CASE("format: records") {
  const std::string checked = hex("e8 03 00 00 00 00 00 00 02 00 00 00") + "hi";
  std::string file = "\xF7LWR";
  put_fixed(file, crc32c(checked));
  file += checked;
  const auto records = decode_records(file);
  REQUIRE(records.size() == 1);
  CHECK(records[0].time == from_millis(1000));
  CHECK(records[0].bytes == "hi");
}

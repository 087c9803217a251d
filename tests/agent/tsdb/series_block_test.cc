#include "agent/tsdb/series_block.h"

#include <catch2/catch.hpp>

using namespace lapwing;
using namespace lapwing::tsdb;

namespace {

std::vector<FileSeries> some() {
  std::vector<FileSeries> series;
  for (int i = 0; i < 500; ++i)
    series.push_back({{{"__name__", "node_cpu_seconds_total"},
                       {"cpu", std::to_string(i)},
                       {"job", "node"},
                       {"instance", "host"}},
                      SeriesKind(i % 3)});
  return series;
}

}  // namespace

TEST_CASE("series block: labels and kinds come back, and text that repeats costs little") {
  Compressor compressor;
  const auto bytes = encode_series(some(), compressor);
  REQUIRE(bytes.ok());
  CHECK(bytes->size() < 4000);
  std::vector<FileSeries> read = {{{{"__name__", "before"}}, SeriesKind::Gauge}};
  REQUIRE(decode_series(*bytes, read).ok());
  REQUIRE(read.size() == 501);
  CHECK(read[500].labels == some()[499].labels);
  CHECK(read[500].kind == some()[499].kind);
}

TEST_CASE("series block: damaged bytes are Corrupt and add nothing") {
  Compressor compressor;
  const std::string content = *decompress(*encode_series(some(), compressor), std::size_t(1) << 20);
  std::vector<FileSeries> read;
  for (std::size_t size = 0; size < content.size(); size += 97) {
    const auto cut = compressor.compress(content.substr(0, size), 1);
    CHECK(decode_series(*cut, read).error().kind == ErrorKind::Corrupt);
  }
  CHECK(decode_series("", read).error().kind == ErrorKind::Corrupt);
  CHECK(read.empty());
}

#include "agent/tsdb/compression.h"

#include <catch2/catch.hpp>

using namespace lapwing;
using namespace lapwing::tsdb;

TEST_CASE("compression: content comes back; damage, cuts and too large claims are Corrupt") {
  Compressor compressor;
  const std::string content(10'000, 'x');
  const std::string frame = *compressor.compress(content, 3);
  CHECK(frame.size() < 100);
  CHECK(*decompress(frame, 10'000) == content);
  CHECK(*decompress(*compressor.compress("", 1), 10) == "");
  CHECK(decompress(frame, 9'999).error().kind == ErrorKind::Corrupt);
  CHECK(decompress("", 10).error().kind == ErrorKind::Corrupt);
  CHECK(decompress("not zstd", 10).error().kind == ErrorKind::Corrupt);
  for (std::size_t at = 0; at < frame.size(); ++at) {
    CHECK_FALSE(decompress(std::string_view(frame).substr(0, at), 10'000).ok());
    std::string flipped = frame;
    flipped[at] = char(flipped[at] ^ 0x10);
    const auto read = decompress(flipped, 20'000);
    CHECK((!read.ok() || *read == content));  // A few header bits mean nothing.
  }
}

#include "agent/tsdb/compression.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

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
    // The thread's context is none the worse for it.
    CHECK(*decompress(frame, 10'000) == content);
  }
}

TEST_CASE("compression: pieces come back as one content, in their order") {
  Compressor compressor;
  std::string noise(700, '\0'), letters(900, 'a');
  for (std::size_t i = 0; i < noise.size(); ++i) noise[i] = char(i * i * 7919 >> 5);
  for (std::size_t i = 0; i < letters.size(); i += 3) letters[i] = char('b' + i % 5);
  const std::vector<std::string_view> pieces = {letters, noise, "", letters};
  const std::string frame = *compressor.compress(pieces, 9);
  CHECK(*decompress(frame, 10'000) == letters + noise + letters);
  // The same compressor goes on with contents of one piece.
  CHECK(*decompress(*compressor.compress(letters, 9), 10'000) == letters);
}

TEST_CASE("compression: what stood before costs little, and is needed for reading") {
  std::string before;
  for (int i = 0; i < 200; ++i) before += std::to_string(i * 7919);
  const std::string content(before);
  Compressor compressor;
  const auto alone = compressor.compress(content, 1);
  const auto after = compressor.compress(content, 1, before);
  REQUIRE(after.ok());
  CHECK(after->size() * 4 < alone->size());
  CHECK(*decompress(*after, 10'000, before) == content);
  CHECK_FALSE(decompress(*after, 10'000).ok());
  CHECK_FALSE(decompress(*after, 10'000, before.substr(1)).ok());
  // It counts for one frame: the next stands by itself again.
  CHECK(*decompress(*compressor.compress(content, 1), 10'000) == content);
}

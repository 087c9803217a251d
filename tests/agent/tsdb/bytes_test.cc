#include "agent/tsdb/bytes.h"

#include <catch2/catch.hpp>
#include <limits>

using namespace lapwing::tsdb;

TEST_CASE("bytes: integers and text come back, large ones too") {
  std::string out;
  constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();
  constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
  for (const std::uint64_t value : {std::uint64_t(0), std::uint64_t(127), std::uint64_t(128), kMax})
    put_varint(out, value);
  for (const std::int64_t value : {std::int64_t(-1), std::int64_t(1), kMin}) put_signed(out, value);
  put_fixed<std::uint32_t>(out, 0x01020304);
  put_text(out, "text");
  ByteReader in(out);
  CHECK(in.varint() == 0);
  CHECK(in.varint() == 127);
  CHECK(in.varint() == 128);
  CHECK(in.varint() == kMax);
  CHECK(in.signed_varint() == -1);
  CHECK(in.signed_varint() == 1);
  CHECK(in.signed_varint() == kMin);
  CHECK(in.fixed<std::uint32_t>() == 0x01020304);
  CHECK(in.text() == "text");
  CHECK(in.at_end());
  CHECK_FALSE(in.failed());
}

TEST_CASE("bytes: the end is never passed, and a failure stays") {
  ByteReader empty("");
  CHECK(empty.varint() == 0);
  CHECK(empty.failed());
  ByteReader cut("\x80");
  CHECK(cut.varint() == 0);
  CHECK(cut.failed());
  ByteReader endless("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01");
  endless.varint();
  CHECK(endless.failed());
  ByteReader text(
      "\x05"
      "ab");
  CHECK(text.text().empty());
  CHECK(text.failed());
  CHECK(text.byte() == 0);
  ByteReader fixed("abc");
  CHECK(fixed.fixed<std::uint32_t>() == 0);
  CHECK(fixed.failed());
}

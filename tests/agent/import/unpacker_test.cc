#include <catch2/catch.hpp>

#include "agent/import/input.h"
#include "tests/agent/import/packed.h"

using namespace lapwing;
using namespace lapwing::import;

TEST_CASE("unpacker: a byte in and a byte out at a time give the text") {
  const std::string text = testing::some_text(2'000);
  for (const std::string& bytes : {testing::gzip(text), testing::zstd(text)}) {
    auto unpacker = unpacker_for(bytes);
    REQUIRE((unpacker && *unpacker != nullptr));
    CHECK_FALSE((*unpacker)->complete());
    std::string out;
    std::size_t at = 0;
    while (true) {
      const std::size_t given = at < bytes.size() ? 1 : 0;
      std::span<const char> packed(bytes.data() + at, given);
      char c = 0;
      const auto got = (*unpacker)->unpack(packed, {&c, 1});
      REQUIRE(got);
      at += given - packed.size();
      if (*got == 1) out += c;
      if (*got == 0 && given == 0) break;
    }
    CHECK(out == text);
    CHECK((*unpacker)->complete());
  }
}

TEST_CASE("unpacker: other beginnings are plain text") {
  for (const std::string_view text : {"", "a", "\x1f", "\x28\xb5", "# HELP"}) {
    const auto unpacker = unpacker_for(text);
    REQUIRE(unpacker);
    CHECK(*unpacker == nullptr);
  }
}

TEST_CASE("unpacker: what is no stream behind its first bytes is Corrupt") {
  for (const std::string& bytes :
       {std::string("\x1f\x8b\x63 no such method"), "\x28\xb5\x2f\xfd" + std::string(40, '\xff')}) {
    auto unpacker = unpacker_for(bytes);
    REQUIRE((unpacker && *unpacker != nullptr));
    std::span<const char> packed(bytes);
    std::string out(1000, '\0');
    const auto got = (*unpacker)->unpack(packed, out);
    REQUIRE_FALSE(got);
    CHECK(got.error().kind == ErrorKind::Corrupt);
  }
}

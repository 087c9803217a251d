#include "agent/base/code_point.h"

#include <catch2/catch.hpp>

#include "agent/base/utf8.h"

using namespace lapwing;

TEST_CASE("code point: the edges of each length, both ways") {
  const std::pair<char32_t, std::string_view> cases[] = {{0x00, std::string_view("\0", 1)},
                                                         {0x7f, "\x7f"},
                                                         {0x80, "\xc2\x80"},
                                                         {0x7ff, "\xdf\xbf"},
                                                         {0x800, "\xe0\xa0\x80"},
                                                         {0xffff, "\xef\xbf\xbf"},
                                                         {0x10000, "\xf0\x90\x80\x80"},
                                                         {0x10ffff, "\xf4\x8f\xbf\xbf"},
                                                         {0x20ac, "€"},
                                                         {0x1f426, "🐦"}};
  for (const auto& [code, bytes] : cases) {
    std::string out = "x";
    append_code_point(out, code);
    CHECK(out == "x" + std::string(bytes));
    REQUIRE(utf8_length(bytes) == bytes.size());
    CHECK(code_point(bytes) == code);
  }
}

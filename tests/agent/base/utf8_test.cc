#include "agent/base/utf8.h"

#include <catch2/catch.hpp>

using namespace lapwing;

TEST_CASE("utf8: lengths of well-formed characters") {
  CHECK(utf8_length("a") == 1);
  CHECK(utf8_length("é") == 2);
  CHECK(utf8_length("中") == 3);
  CHECK(utf8_length("🐦") == 4);
}

TEST_CASE("utf8: overlong, surrogate, truncated and too large forms are refused") {
  for (const char* text : {"\x80", "\xC0\x80", "\xC3", "\xE0\x80\x80", "\xED\xA0\x80", "\xE4\xB8",
                           "\xF0\x80\x80\x80", "\xF4\x90\x80\x80", "\xFF", "a\xFFz"}) {
    CHECK_FALSE(is_utf8(text));
  }
  CHECK(is_utf8(""));
  CHECK(is_utf8("rabbitmq 队列 é 🐦"));
}

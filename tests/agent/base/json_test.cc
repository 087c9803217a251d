#include "agent/base/json.h"

#include <catch2/catch.hpp>
#include <limits>

using namespace lapwing;

TEST_CASE("json: objects, arrays and commas") {
  std::string out;
  JsonWriter json(out);
  json.begin_object().key("a").integer(1).key("b").begin_array().number(0.5).boolean(true).null();
  json.end_array().key("c").begin_object().end_object().end_object();
  CHECK(out == R"({"a":1,"b":[0.5,true,null],"c":{}})");
}

TEST_CASE("json: texts are escaped and bytes that are no UTF-8 replaced") {
  std::string out;
  JsonWriter(out).string("q\" b\\ n\n t\t \x01 é \xff");
  CHECK(out == "\"q\\\" b\\\\ n\\n t\\t \\u0001 é \xEF\xBF\xBD\"");
}

TEST_CASE("json: NaN and infinity become null") {
  std::string out;
  JsonWriter(out)
      .begin_array()
      .number(std::numeric_limits<double>::quiet_NaN())
      .number(std::numeric_limits<double>::infinity())
      .end_array();
  CHECK(out == "[null,null]");
}

TEST_CASE("json: how much of a text needs no escape") {
  const std::string plain = "abcdefghijklmnopqrstuvwxyz ~!#[]";
  CHECK(plain_json_length("") == 0);
  CHECK(plain_json_length(plain) == plain.size());
  for (const char odd : {'"', '\\', '\n', '\0', '\x1f', '\x7f', '\x80', '\xff'})
    for (std::size_t at = 0; at <= plain.size(); ++at) {
      std::string text = plain;
      text.insert(at, 1, odd);
      CHECK(plain_json_length(text) == at);
    }
}

TEST_CASE("json: what stands around an escape stays") {
  std::string out;
  JsonWriter(out).string("sixteen bytes are plain\"and some more é than that are so too\n");
  CHECK(out == R"("sixteen bytes are plain\"and some more é than that are so too\n")");
}

#include "collectors/access_log/json_members.h"

#include <catch2/catch.hpp>

#include <string>

using namespace lapwing::collectors::access_log;

namespace {
std::string members(std::string_view text) {
  std::string told;
  const bool whole = for_each_member(text, [&](std::string_view name, std::string_view value) {
    told.append(name).append("=").append(value).append(";");
  });
  return told + (whole ? "" : "!");
}
}  // namespace

TEST_CASE("json members: values of every kind, as they stand there") {
  CHECK(members(R"( { "a" : "x\"y" , "b":-1.5e3,"c":null,"d":{"e":[1,"]"]},"f":[] } )") ==
        R"(a=x\"y;b=-1.5e3;c=null;d={"e":[1,"]"]};f=[];)");
  CHECK(members("{}") == "");
}

TEST_CASE("json members: what is no object, or breaks off, is told") {
  for (const char* text : {"", "[]", "x", "{\"a\"", "{\"a\":", "{a:1}", "{\"a\" 1}", "{\"a\":[}",
                           "{\"a\":\"x", "{\"a\":\"x\\"})
    CHECK(members(text).ends_with("!"));
  CHECK(members("{\"a\":1") == "a=1;!");
  CHECK(members("{\"a\":1}x") == "a=1;!");
}

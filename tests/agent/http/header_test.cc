#include "agent/http/header.h"

#include <catch2/catch.hpp>

using namespace lapwing::http;

TEST_CASE("header: names compare without case, the first one wins") {
  const Pairs headers{{"content-TYPE", "a"}, {"Content-Type", "b"}};
  CHECK(find_header(headers, "Content-Type") == "a");
  CHECK(find_header(headers, "Content-Typ") == "");
  CHECK(find_header({}, "X") == "");
}

TEST_CASE("header: a listed token is found in any of the fields") {
  const Pairs headers{{"Connection", "Upgrade"}, {"connection", " TE , Keep-Alive"}};
  CHECK(lists_token(headers, "Connection", "keep-alive"));
  CHECK(lists_token(headers, "Connection", "upgrade"));
  CHECK(!lists_token(headers, "Connection", "keep"));
}

TEST_CASE("header: gzip is accepted by name or by star, unless its weight is zero") {
  const auto accepts = [](std::string value) {
    return accepts_gzip({{"Accept-Encoding", std::move(value)}});
  };
  CHECK(accepts("gzip"));
  CHECK(accepts("br, GZIP;q=0.5"));
  CHECK(accepts("*"));
  CHECK(!accepts("gzip;q=0, *"));
  CHECK(!accepts("gzip; q=0.000"));
  CHECK(accepts("gzip;q=0.001"));
  CHECK(!accepts("*;q=0"));
  CHECK(!accepts("identity"));
  CHECK(!accepts(""));
  CHECK(!accepts_gzip({}));
}

TEST_CASE("header: tokens and values refuse what would break the wire") {
  CHECK(is_token("X-Y_z"));
  CHECK(!is_token(""));
  CHECK(!is_token("a b"));
  CHECK(!is_token("a:"));
  CHECK(is_header_value("any text\twith \xc3\xbc"));
  CHECK(!is_header_value("a\r\nb"));
  CHECK(!is_header_value(std::string("a\0b", 3)));
}

TEST_CASE("header: blanks and tabs are trimmed on both sides") {
  CHECK(trimmed(" \ta b\t ") == "a b");
  CHECK(trimmed(" \t ") == "");
}

TEST_CASE("header: every status that the server sends has its phrase") {
  for (const int status : {200, 400, 404, 405, 408, 413, 415, 417, 431, 500, 501, 503, 505})
    CHECK(status_phrase(status) != "Unknown");
  CHECK(status_phrase(799) == "Unknown");
}

#include "agent/http/url.h"

#include <catch2/catch.hpp>

using namespace lapwing::http;

TEST_CASE("url: a URL is shown without userinfo and query") {
  CHECK(presentable_url("http://user:pa@ss@h:1/p?token=secret#x") == "http://h:1/p");
  CHECK(presentable_url("http://h/a@b") == "http://h/a@b");
  CHECK(presentable_url("http://h") == "http://h");
  CHECK(presentable_url("") == "");
}

TEST_CASE("url: the origin has a port and no case") {
  CHECK(origin_of("HTTP://U:p@Host.:81/x?y") == Origin{"http", "host", "81"});
  CHECK(origin_of("https://h") == Origin{"https", "h", "443"});
  CHECK(origin_of("http://[::1]:9/") == Origin{"http", "::1", "9"});
  CHECK(origin_of("http://[::1]") == Origin{"http", "::1", "80"});
  CHECK(origin_of("h:80/x") == Origin{});
}

TEST_CASE("url: parts of the authority") {
  CHECK(authority_of("http://u:p@h:1/x") == "h:1");
  CHECK(bracketed_host(origin_of("http://[::1]:9/")) == "[::1]");
  CHECK(with_host("https://u@[::1]:9/x?y", "name") == "https://u@name:9/x?y");
  CHECK(with_host("https://h", "name") == "https://name");
  CHECK(split_port("h:1") == std::pair<std::string, std::string>("h", "1"));
  CHECK(split_port("::1") == std::pair<std::string, std::string>("::1", ""));
  CHECK(lower_case("AbÀ") == "abÀ");
}

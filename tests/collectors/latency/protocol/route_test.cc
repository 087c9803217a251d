#include "collectors/latency/protocol/route.h"

#include <catch2/catch.hpp>
#include <string>

namespace {

std::string route_of(std::string_view target) {
  return std::string(lapwing::collectors::latency::http1::Route(target).text());
}

}  // namespace

TEST_CASE("route: it has places for what names one thing among many") {
  CHECK(route_of("/") == "/");
  CHECK(route_of("/users/42/orders?page=2#x") == "/users/:id/orders");
  CHECK(route_of("/f/6f9619ff-8b86-d011-b42d-00cf4fc964ff") == "/f/:id");
  CHECK(route_of("/commit/deadbeef01") == "/commit/:id");
  CHECK(route_of("/v2/facade/list.json") == "/v2/facade/list.json");
  CHECK(route_of("/order-20240102") == "/:id");
  CHECK(route_of("/s/caf%C3%A9") == "/s/:id");
  CHECK(route_of("/a/b/c/d/e/f/g/h") == "/a/b/c/d/e/f/…");
  CHECK(route_of("http://example.org/a/1") == "/a/:id");
  CHECK(route_of("http://example.org").empty());
  CHECK(route_of("*") == "*");
  CHECK(route_of("*?x") == "*");
  CHECK(route_of("example.org:443").empty());
  CHECK(route_of("/" + std::string(500, 'a')) == "/…");
  CHECK(route_of("//a//") == "//a//");
}

TEST_CASE("route: long ones are cut and say so") {
  const std::string part(31, 'a');
  const std::string whole = "/" + part + "/" + part + "/" + part;  // as long as it may be
  CHECK(route_of(whole) == whole);
  CHECK(route_of(whole + "/b") == whole + "/…");
  CHECK(route_of("/" + std::string(33, 'a')) == "/:id");
  // Full to the last byte, the last of them longer than what it stands for.
  const std::string two = "/" + part + "/" + part;
  CHECK(route_of(two + "/" + std::string(28, 'a') + "/1/b") ==
        two + "/" + std::string(28, 'a') + "/:id/…");
  CHECK(route_of("").empty());
  CHECK(route_of("://x/y") == "/y");
  CHECK(route_of("/r://x/y") == "/:id//x/y");  // a path, whatever is in it
}

#include "dashboard/request_guard.h"

#include <catch2/catch.hpp>

namespace lapwing::dashboard {
namespace {

bool allowed(http::Pairs headers) {
  http::Request request;
  request.headers = std::move(headers);
  return check_same_site(request, "host-a.example").ok();
}

TEST_CASE("guard: programs pass, whatever they call us") {
  CHECK(allowed({{"Host", "127.0.0.1:5279"}}));
  CHECK(allowed({{"Host", "monitoring.example"}}));
  CHECK(allowed({}));
}

TEST_CASE("guard: the page itself passes") {
  CHECK(allowed({{"Host", "127.0.0.1:5279"},
                 {"Origin", "http://127.0.0.1:5279"},
                 {"Sec-Fetch-Site", "same-origin"}}));
  CHECK(allowed({{"Host", "[::1]:5279"}, {"Origin", "http://[::1]:5279"}}));
  CHECK(allowed({{"Host", "LocalHost:5279"}, {"Origin", "http://localhost:5279"}}));
  CHECK(allowed({{"Host", "host-a.example"}, {"Origin", "https://host-a.example"}}));
  CHECK(allowed({{"Host", "host-a:5279"}, {"Sec-Fetch-Site", "none"}}));
}

TEST_CASE("guard: pages of other sites are refused") {
  CHECK_FALSE(allowed({{"Host", "127.0.0.1:5279"}, {"Sec-Fetch-Site", "cross-site"}}));
  CHECK_FALSE(allowed({{"Host", "127.0.0.1:5279"}, {"Sec-Fetch-Site", "same-site"}}));
  CHECK_FALSE(allowed({{"Host", "127.0.0.1:5279"}, {"Origin", "http://evil.example"}}));
  CHECK_FALSE(allowed({{"Host", "127.0.0.1:5279"}, {"Origin", "http://127.0.0.1:8080"}}));
  CHECK_FALSE(allowed({{"Host", "127.0.0.1:5279"}, {"Origin", "null"}}));
}

TEST_CASE("guard: a name that was rebound to our address is refused") {
  CHECK_FALSE(allowed({{"Host", "evil.example:5279"},
                       {"Origin", "http://evil.example:5279"},
                       {"Sec-Fetch-Site", "same-origin"}}));
  CHECK_FALSE(allowed({{"Host", "1.evil.example"}, {"Origin", "http://1.evil.example"}}));
  CHECK_FALSE(allowed({{"Sec-Fetch-Site", "same-origin"}}));
}

}  // namespace
}  // namespace lapwing::dashboard

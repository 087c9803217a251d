#include "agent/http/curl_library.h"

#include <catch2/catch.hpp>

using namespace lapwing::http;

TEST_CASE("curl library: it is found, loads twice, and its functions work") {
  const auto first = load_curl();
  REQUIRE(first.ok());
  const auto second = load_curl();
  REQUIRE(second.ok());
  CHECK(first->easy_init == second->easy_init);
  CURL* const handle = first->easy_init();
  REQUIRE(handle != nullptr);
  CHECK(first->easy_setopt(handle, CURLOPT_URL, "http://127.0.0.1/") == CURLE_OK);
  first->easy_cleanup(handle);
}

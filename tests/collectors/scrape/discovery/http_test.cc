#include "collectors/scrape/discovery/http.h"

#include <catch2/catch.hpp>

using namespace lapwing;
using namespace lapwing::collectors::scrape;

namespace {

const HttpDiscovery kOptions{.url = "http://sd/list", .refresh_interval = 30s, .http = {}};

http::ClientResponse answer(int status, const std::string& type, const std::string& body) {
  http::ClientResponse response;
  response.status = status;
  response.headers = {{"Content-Type", type}};
  response.body = body;
  return response;
}

}  // namespace

TEST_CASE("http discovery: the request says what it takes and how often it comes") {
  const http::ClientRequest request = lookup_request(kOptions);
  CHECK(request.url == "http://sd/list");
  CHECK(request.timeout == 30s);
  CHECK(request.headers == http::Pairs{{"Accept", "application/json"},
                                       {"X-Prometheus-Refresh-Interval-Seconds", "30"}});
}

TEST_CASE("http discovery: an answer's groups carry the URL") {
  const auto groups = read_lookup_answer(
      kOptions, answer(200, "application/json; charset=UTF-8", R"([{"targets":["a:1"]}])"));
  REQUIRE(groups.ok());
  CHECK(groups->at(0).labels == TextPairs{{"__meta_url", "http://sd/list"}});
}

TEST_CASE("http discovery: another status, type or body is refused") {
  CHECK_FALSE(read_lookup_answer(kOptions, answer(204, "application/json", "[]")).ok());
  CHECK_FALSE(read_lookup_answer(kOptions, answer(200, "text/html", "[]")).ok());
  CHECK_FALSE(read_lookup_answer(kOptions, answer(200, "", "[]")).ok());
  CHECK_FALSE(read_lookup_answer(kOptions, answer(200, "application/json", "{}")).ok());
  CHECK_FALSE(read_lookup_answer(kOptions, answer(200, "application/json", "")).ok());
}

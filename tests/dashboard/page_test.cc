#include "dashboard/page.h"

#include <catch2/catch.hpp>

#include "agent/http/header.h"

namespace lapwing::dashboard {
namespace {

constexpr Asset kScript{"/app.0123456789abcdef.js", "text/javascript", "BYTES", "feed"};
constexpr Asset kPage{"/", "text/html; charset=utf-8", "PAGE", "beef"};

std::string_view header(const http::Response& response, std::string_view name) {
  return http::find_header(response.headers, name);
}

http::Request asking(std::string tag) {
  http::Request request;
  request.headers = {{"If-None-Match", std::move(tag)}};
  return request;
}

TEST_CASE("page: a file comes compressed, with its tag and the headers that keep others out") {
  const http::Response response = asset_response(kPage, {});
  CHECK(response.status == 200);
  CHECK(response.gzipped);
  CHECK(response.body == "PAGE");
  CHECK(response.content_type == "text/html; charset=utf-8");
  CHECK(header(response, "ETag") == "\"beef\"");
  CHECK(header(response, "Cache-Control") == "no-cache");
  CHECK(header(response, "X-Content-Type-Options") == "nosniff");
  CHECK(header(response, "Referrer-Policy") == "no-referrer");
  const std::string_view policy = header(response, "Content-Security-Policy");
  for (const char* part :
       {"default-src 'none'", "script-src 'self';", "style-src 'self';", "connect-src 'self'",
        "img-src 'self' data:", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"})
    CHECK(policy.find(part) != policy.npos);
  CHECK(policy.find("unsafe") == policy.npos);
}

TEST_CASE("page: only a path with its hash is cached for ever") {
  CHECK(header(asset_response(kScript, {}), "Cache-Control") ==
        "public, max-age=31536000, immutable");
  CHECK(is_hashed_path("/app.0123456789abcdef.css"));
  for (const char* path : {"/", "/favicon.svg", "/app.js", "/app.min.js", "/a.12345678"}) {
    INFO(path);
    CHECK_FALSE(is_hashed_path(path));
  }
}

TEST_CASE("page: who has the file already gets 304 without a body") {
  for (const char* tag : {"\"beef\"", "W/\"beef\"", "\"x\", \"beef\"", "*"}) {
    INFO(tag);
    const http::Response response = asset_response(kPage, asking(tag));
    CHECK(response.status == 304);
    CHECK(response.body.empty());
    CHECK(header(response, "ETag") == "\"beef\"");
  }
  for (const char* tag : {"\"feed\"", "beef", "", ",", "\"beef"}) {
    INFO(tag);
    CHECK(asset_response(kPage, asking(tag)).status == 200);
  }
}

}  // namespace
}  // namespace lapwing::dashboard

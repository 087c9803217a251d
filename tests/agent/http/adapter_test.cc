#include "agent/http/adapter.h"

#include <catch2/catch.hpp>

#include "agent/http/gzip.h"

using namespace lapwing;
using namespace lapwing::http;

namespace {

struct Fixture {
  explicit Fixture(Response response) {
    router.add("GET", "/x", [response](const Request&) { return response; });
  }
  Handled handle(Pairs headers = {}, std::string method = "GET") {
    RawRequest request;
    request.method = std::move(method);
    request.target = "/x";
    request.headers = std::move(headers);
    request.headers.emplace_back("Host", "h");
    return adapter.handle(std::move(request), "10.0.0.1");
  }

  Log log{LogLevel::Debug, [this](LogLevel, std::string_view line) { logged += line; }};
  std::string logged;
  Router router;
  Adapter adapter{router, log};
};

bool has(const Handled& handled, std::string_view line) {
  return handled.answer.head.find(line) != std::string::npos;
}

Response asset() {
  Response response = text_response(200, *gzip("a small asset"));
  response.content_type = "text/css";
  response.gzipped = true;
  return response;
}

}  // namespace

TEST_CASE("adapter: a gzipped asset passes as it is, or unpacked") {
  Fixture fixture(asset());
  const Handled packed = fixture.handle({{"Accept-Encoding", "gzip"}});
  CHECK(has(packed, "Content-Encoding: gzip\r\n"));
  CHECK(packed.answer.body == asset().body);
  const Handled plain = fixture.handle();
  CHECK(!has(plain, "Content-Encoding"));
  CHECK(plain.answer.body == "a small asset");
  CHECK(has(plain, "Content-Length: 13\r\n"));
  CHECK(has(plain, "Vary: Accept-Encoding\r\n"));
}

TEST_CASE("adapter: a damaged asset is 500 for those who need it unpacked") {
  Response response = asset();
  response.body = "not gzip";
  Fixture fixture(response);
  const Handled handled = fixture.handle();
  CHECK(handled.status == 500);
  CHECK(has(handled, "HTTP/1.1 500"));
  CHECK(handled.answer.body == "internal error\n");
}

TEST_CASE("adapter: 204 and 304 have neither body nor length") {
  for (const int status : {204, 304}) {
    Fixture fixture(text_response(status, "left out"));
    const Handled handled = fixture.handle();
    CHECK(handled.status == status);
    CHECK(!has(handled, "Content-Length"));
    CHECK(handled.answer.body.empty());
  }
}

TEST_CASE("adapter: a handler's headers go out, malformed ones and framing do not") {
  Response response = text_response(200, "x");
  response.headers = {{"ETag", "\"1\""},       {"X-Bad", "a\r\nSet-Cookie: b"},
                      {"Bad Name", "x"},       {"Content-Length", "99"},
                      {"Connection", "close"}, {"Transfer-Encoding", "chunked"}};
  Fixture fixture(response);
  const Handled handled = fixture.handle();
  CHECK(has(handled, "ETag: \"1\"\r\n"));
  CHECK(!has(handled, "Set-Cookie"));
  CHECK(!has(handled, "Bad Name"));
  CHECK(has(handled, "Content-Length: 1\r\n"));
  CHECK(!has(handled, "99"));
  CHECK(!has(handled, "chunked"));
  CHECK(!has(handled, "Connection"));
  CHECK(fixture.logged.find("malformed header") != std::string::npos);
}

TEST_CASE("adapter: a body that is encoded already is not packed again") {
  Response response = text_response(200, std::string(5000, 'z'));
  response.headers = {{"Content-Encoding", "br"}};
  Fixture fixture(response);
  const Handled handled = fixture.handle({{"Accept-Encoding", "gzip"}});
  CHECK(handled.answer.body.size() == 5000);
  CHECK(!has(handled, "gzip"));
}

TEST_CASE("adapter: HEAD tells the length of the packed body") {
  Fixture fixture(text_response(200, std::string(5000, 'z')));
  const auto get = fixture.handle({{"Accept-Encoding", "gzip"}});
  const auto head = fixture.handle({{"Accept-Encoding", "gzip"}}, "HEAD");
  CHECK(head.answer.body.empty());
  CHECK(head.answer.head == get.answer.head);
}

TEST_CASE("adapter: one request leaves nothing behind for the next") {
  Fixture fixture(text_response(200, "x"));
  RawRequest other;
  other.method = "GET";
  other.target = "/none?a=b";
  other.headers = {{"Host", "h"}};
  other.keep_alive = false;
  const Handled first = fixture.adapter.handle(other, "10.0.0.1");
  CHECK(first.status == 404);
  CHECK(first.route.empty());
  CHECK(has(first, "Connection: close\r\n"));
  const Handled second = fixture.handle();
  CHECK(second.status == 200);
  CHECK(second.route == "/x");
  CHECK(!has(second, "Connection"));
}

#include "agent/http/request_reader.h"

#include <catch2/catch.hpp>

using namespace lapwing::http;
using State = RequestReader::State;

namespace {

constexpr RequestLimits kLimits{.head_bytes = 400, .body_bytes = 100, .headers = 8};

std::string get(std::string_view headers) {
  return "GET / HTTP/1.1\r\nHost: h\r\n" + std::string(headers) + "\r\n";
}

std::string post(std::string_view headers, std::string_view body) {
  return "POST /p HTTP/1.1\r\nHost: h\r\n" + std::string(headers) + "\r\n" + std::string(body);
}

std::string chunked(std::string_view body) { return post("Transfer-Encoding: chunked\r\n", body); }

/// The status of the refusal; 0 when the request is complete, -1 when more is awaited.
int refusal_of(std::string_view bytes) {
  RequestReader whole(kLimits);
  whole.feed(bytes);
  // However the bytes are cut, the outcome is the same.
  RequestReader single(kLimits);
  for (std::size_t i = 0; i < bytes.size(); ++i) single.feed(bytes.substr(i, 1));
  CHECK(single.state() == whole.state());
  if (whole.state() == State::Complete) return 0;
  return whole.state() == State::Refused ? whole.refusal().status : -1;
}

RawRequest parsed(std::string_view bytes) {
  RequestReader reader(kLimits);
  CHECK(reader.feed(bytes) == bytes.size());
  REQUIRE(reader.state() == State::Complete);
  return reader.take();
}

}  // namespace

TEST_CASE("request reader: a plain request") {
  const RawRequest request = parsed("GET /a?b=c HTTP/1.1\r\nHost: h\r\nX-A:  b c \r\n\r\n");
  CHECK(request.method == "GET");
  CHECK(request.target == "/a?b=c");
  CHECK(request.headers == Pairs{{"Host", "h"}, {"X-A", "b c"}});
  CHECK(request.body.empty());
  CHECK(request.keep_alive);
}

TEST_CASE("request reader: absolute form loses what is before the path") {
  CHECK(parsed("GET http://h:1/a HTTP/1.1\r\nHost: h\r\n\r\n").target == "/a");
  CHECK(parsed("GET http://h?x=1 HTTP/1.1\r\nHost: h\r\n\r\n").target == "?x=1");
  CHECK(parsed("GET HTTPS://h HTTP/1.1\r\nHost: h\r\n\r\n").target == "/");
}

TEST_CASE("request reader: keep-alive follows version and Connection") {
  CHECK(!parsed(get("Connection: close\r\n")).keep_alive);
  CHECK(!parsed("GET / HTTP/1.0\r\n\r\n").keep_alive);
  CHECK(parsed("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n").keep_alive);
}

TEST_CASE("request reader: nothing and half a head wait for more") {
  CHECK(refusal_of("") == -1);
  CHECK(refusal_of("GET / HT") == -1);
  CHECK(refusal_of("GET / HTTP/1.1\r\nHost: h\r\n") == -1);
  RequestReader reader(kLimits);
  CHECK(reader.state() == State::Empty);
  reader.feed("G");
  CHECK(reader.state() == State::Head);
}

TEST_CASE("request reader: empty lines before the request line are skipped") {
  CHECK(parsed("\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n").method == "GET");
}

TEST_CASE("request reader: pipelined requests come one by one") {
  const std::string two = get("") + post("Content-Length: 2\r\n", "hi");
  RequestReader reader(kLimits);
  const std::size_t used = reader.feed(two);
  REQUIRE(reader.state() == State::Complete);
  CHECK(used == get("").size());
  CHECK(reader.feed(two.substr(used)) == 0);
  CHECK(reader.take().method == "GET");
  CHECK(reader.state() == State::Empty);
  CHECK(reader.feed(two.substr(used)) == two.size() - used);
  CHECK(reader.take().body == "hi");
}

TEST_CASE("request reader: a head too large, or with too many headers, is 431") {
  CHECK(refusal_of(get("X: " + std::string(400, 'a') + "\r\n")) == 431);
  CHECK(refusal_of("GET /" + std::string(1000, 'a')) == 431);
  CHECK(refusal_of(get("A:1\r\nA:1\r\nA:1\r\nA:1\r\nA:1\r\nA:1\r\nA:1\r\nA:1\r\n")) == 431);
  CHECK(refusal_of(get("A:1\r\nA:1\r\nA:1\r\nA:1\r\nA:1\r\nA:1\r\nA:1\r\n")) == 0);
}

TEST_CASE("request reader: malformed heads are 400") {
  for (const std::string& head : {
           std::string("GET /\r\n\r\n"),
           std::string("GET  HTTP/1.1\r\nHost: h\r\n\r\n"),
           std::string("GET /a b HTTP/1.1\r\nHost: h\r\n\r\n"),
           std::string("GET /\x01 HTTP/1.1\r\nHost: h\r\n\r\n"),
           std::string("G@T / HTTP/1.1\r\nHost: h\r\n\r\n"),
           std::string("GET / HTTQ/1.1\r\nHost: h\r\n\r\n"),
           std::string("GET / HTTP/1.1x\r\nHost: h\r\n\r\n"),
           std::string("GET / HTTP/1.1\r\n\r\n"),
           get("Host: other\r\n"),
           get("X: a\r\n folded\r\n"),
           get("X : a\r\n"),
           get(": a\r\n"),
           get("no colon\r\n"),
           get("X: a\x01\r\n"),
           get("X: a\rb\r\n"),
           get("X: a\nY: b\r\n"),
           std::string("GET / HTTP/1.1\nHost: h\n\n"),
           get(std::string("X: a\0b\r\n", 8)),
           std::string("\0", 1),
       })
    CHECK(refusal_of(head) == 400);
}

TEST_CASE("request reader: other versions are 505, unknown methods 501") {
  CHECK(refusal_of("PRI * HTTP/2.0\r\n\r\n") == 505);
  CHECK(refusal_of("GET / HTTP/3.0\r\nHost: h\r\n\r\n") == 505);
  CHECK(refusal_of("BREW / HTTP/1.1\r\nHost: h\r\n\r\n") == 501);
}

TEST_CASE("request reader: a counted body") {
  CHECK(parsed(post("Content-Length: 5\r\n", "hello")).body == "hello");
  CHECK(parsed(post("Content-Length: 0\r\n", "")).body.empty());
  CHECK(refusal_of(post("Content-Length: 5\r\n", "hell")) == -1);
  CHECK(parsed(post("Content-Length: 100\r\n", std::string(100, 'x'))).body.size() == 100);
}

TEST_CASE("request reader: a body too large is 413 before it is sent") {
  CHECK(refusal_of(post("Content-Length: 101\r\n", "")) == 413);
  CHECK(refusal_of(post("Content-Length: 99999999999999999999999\r\n", "")) == 413);
}

TEST_CASE("request reader: lengths that could be read in two ways are 400") {
  for (const char* headers : {
           "Content-Length: 5\r\nContent-Length: 5\r\n",
           "Content-Length: 5\r\ncontent-length: 6\r\n",
           "Content-Length: 5, 5\r\n",
           "Content-Length: +5\r\n",
           "Content-Length: -5\r\n",
           "Content-Length: 0x5\r\n",
           "Content-Length: 5 5\r\n",
           "Content-Length:\r\n",
           "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
           "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
       })
    CHECK(refusal_of(post(headers, "hello")) == 400);
  CHECK(refusal_of("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n") == 400);
}

TEST_CASE("request reader: transfer encodings other than chunked are 501") {
  for (const char* coding : {"gzip", "gzip, chunked", "chunked, chunked", "identity", "xchunked"})
    CHECK(refusal_of(post("Transfer-Encoding: " + std::string(coding) + "\r\n", "")) == 501);
  CHECK(refusal_of(post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "")) ==
        501);
}

TEST_CASE("request reader: a chunked body is put together") {
  CHECK(parsed(chunked("5\r\nhello\r\n6;ext=1\r\n world\r\n0\r\n\r\n")).body == "hello world");
  CHECK(parsed(chunked("0\r\n\r\n")).body.empty());
  CHECK(parsed(chunked("a\r\n0123456789\r\n00\r\nTrailer: x\r\n\r\n")).body == "0123456789");
  CHECK(parsed(post("transfer-encoding: Chunked\r\n", "1\r\nx\r\n0\r\n\r\n")).body == "x");
}

TEST_CASE("request reader: a truncated chunked body waits") {
  const std::string whole = chunked("5\r\nhello\r\n0\r\n\r\n");
  for (std::size_t cut = chunked("").size(); cut < whole.size(); ++cut)
    CHECK(refusal_of(whole.substr(0, cut)) == -1);
}

TEST_CASE("request reader: chunks past the limit are 413, also when each is small") {
  CHECK(refusal_of(chunked("65\r\n")) == 413);
  CHECK(refusal_of(chunked("ffffffffffffffff\r\n")) == 413);
  CHECK(refusal_of(chunked("ffffffffffffffffffff\r\n")) == 413);
  std::string small;
  for (int i = 0; i < 101; ++i) small += "1\r\nx\r\n";
  CHECK(refusal_of(chunked(small)) == 413);
}

TEST_CASE("request reader: malformed chunks are 400") {
  for (const char* body :
       {"x\r\n", "\r\n", " 5\r\nhello\r\n", "-1\r\n", "0x5\r\nhello\r\n", "5 5\r\nhello\r\n",
        "5\nhello\r\n", "5\r\nhello!\r\n0\r\n\r\n", "5\r\nhello\n0\r\n\r\n", "1;a\rb\r\nx\r\n"})
    CHECK(refusal_of(chunked(body)) == 400);
}

TEST_CASE("request reader: endless framing is 400") {
  CHECK(refusal_of(chunked("1;" + std::string(2000, 'e'))) == 400);
  std::string extensions;
  for (int i = 0; i < 40; ++i) extensions += "1;" + std::string(1000, 'e') + "\r\nx\r\n";
  CHECK(refusal_of(chunked(extensions)) == 400);
  std::string trailers = "0\r\n";
  for (int i = 0; i < 40; ++i) trailers += "T: " + std::string(1000, 't') + "\r\n";
  CHECK(refusal_of(chunked(trailers)) == 400);
}

TEST_CASE("request reader: compressed bodies are 415, snappy and identity pass") {
  CHECK(refusal_of(post("Content-Encoding: gzip\r\nContent-Length: 1\r\n", "x")) == 415);
  CHECK(refusal_of(post("Content-Encoding: snappy, gzip\r\nContent-Length: 1\r\n", "x")) == 415);
  CHECK(refusal_of(post("Content-Encoding: br\r\nTransfer-Encoding: chunked\r\n", "")) == 415);
  CHECK(refusal_of(post("Content-Encoding: gzip\r\n", "")) == 0);
  CHECK(refusal_of(post("Content-Encoding: identity\r\nContent-Length: 1\r\n", "x")) == 0);
  const RawRequest write = parsed(post("Content-Encoding: snappy\r\nContent-Length: 1\r\n", "x"));
  CHECK(write.headers[1] == std::pair<std::string, std::string>("Content-Encoding", "snappy"));
}

TEST_CASE("request reader: the wish for 100 Continue is told once, while the body is awaited") {
  RequestReader reader(kLimits);
  reader.feed(post("Expect: 100-continue\r\nContent-Length: 1\r\n", ""));
  CHECK(reader.state() == State::Body);
  CHECK(reader.take_wish_to_continue());
  CHECK(!reader.take_wish_to_continue());
  CHECK(refusal_of(post("Expect: 200-ok\r\n", "")) == 417);
}

TEST_CASE("request reader: after a refusal nothing more is read and no memory is held") {
  RequestReader reader(kLimits);
  reader.feed(post("Content-Length: 90\r\n", std::string(50, 'x')));
  CHECK(reader.buffered_bytes() >= 50);
  reader.discard();
  CHECK(reader.state() == State::Refused);
  CHECK(reader.buffered_bytes() < 50);
  CHECK(reader.feed("GET") == 0);
}

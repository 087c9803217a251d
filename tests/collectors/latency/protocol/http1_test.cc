#include <catch2/catch.hpp>

#include "collectors/latency/protocol/readers.h"
#include "tests/collectors/latency/protocol/readers_bed.h"

using namespace lapwing::collectors::latency;
using lapwing::testing::ReaderBed;

TEST_CASE("http1: a request and its answer, whole or a byte at a time") {
  const std::string get = "GET /a?b=1 HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\n\r\n";
  const std::string ok = "HTTP/1.1 200 OK\r\ncontent-LENGTH: 5\r\nx: y\r\n\r\nhello";
  ReaderBed bed(Protocol::Http1);
  for (int i = 0; i < 3; ++i) {
    CHECK(bed.client(get) == "GET/a");
    CHECK(bed.server(ok) == "^ =2xx");
  }
  // A target that comes in parts is not named.
  CHECK(bed.client_slowly(get) == "GET");
  CHECK(bed.server_slowly(ok) == "^ =2xx");
}

TEST_CASE("http1: pipelined requests") {
  ReaderBed bed(Protocol::Http1);
  CHECK(bed.client("GET /a HTTP/1.1\r\n\r\nPOST /b HTTP/1.1\r\nContent-Length: 3\r\n\r\nxyz"
                   "HEAD /c HTTP/1.1\r\n\r\nGET /d HTTP/1.1\r\n\r\n") ==
        "GET/a POST/b HEAD/c GET/d");
  CHECK(
      bed.server(
          "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
          "HTTP/1.1 404 No\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\nT: 1\r\n\r\n"
          "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
          "HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n") ==
      "^ =2xx ^ =4xx ^ =2xx ^ =3xx");
}

TEST_CASE("http1: bodies are passed over, captured or not") {
  ReaderBed bed(Protocol::Http1);
  CHECK(bed.client("PUT /x HTTP/1.1\r\nContent-Length: 100000\r\n\r\nabc", 50'000).empty());
  CHECK(bed.client("", 49'997) == "PUT/x");
  CHECK(bed.server(
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 2000\r\n\r\n",
            2000) == "^ =2xx");
  CHECK(bed.client("GET /y HTTP/1.1\r\n\r\n") == "GET/y");
  CHECK(bed.server("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n") == "^ =5xx");
}

TEST_CASE("http1: chunked requests") {
  ReaderBed bed(Protocol::Http1);
  CHECK(bed.client("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nA\r\n0123456789\r\n")
            .empty());
  CHECK(bed.client("0\r\n\r\nGET /y HTTP/1.1\r\n\r\n") == "POST/x GET/y");
}

TEST_CASE("http1: an answer without a length ends with the next request") {
  ReaderBed bed(Protocol::Http1);
  CHECK(bed.client("GET /x HTTP/1.0\r\n\r\n") == "GET/x");
  CHECK(bed.server("HTTP/1.0 200 OK\r\n\r\nHTTP/1.1 500 this is content") == "^ =2xx");
  CHECK(bed.server("more").empty());
  CHECK(bed.client("GET /y HTTP/1.0\r\n\r\n") == "GET/y");
  CHECK(bed.server("HTTP/1.0 302 Found\r\n\r\n") == "^ =3xx");
}

TEST_CASE("http1: an answer of which the head's end was not captured too") {
  ReaderBed bed(Protocol::Http1);
  bed.client("GET /x HTTP/1.1\r\n\r\n");
  CHECK(bed.server("HTTP/1.1 200 OK\r\nSet-Cookie: ", 9000) == "^ =2xx");
  bed.client("GET /y HTTP/1.1\r\n\r\n");
  CHECK(bed.server("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") == "^ =2xx");
}

TEST_CASE("http1: tunnels and web sockets are over") {
  ReaderBed bed(Protocol::Http1);
  bed.client("GET /ws HTTP/1.1\r\nUpgrade: websocket\r\n\r\n");
  CHECK(bed.server("HTTP/1.1 101 Switching\r\n\r\n") == "over");
  ReaderBed tunnel(Protocol::Http1);
  tunnel.client("CONNECT a:443 HTTP/1.1\r\n\r\n");
  CHECK(tunnel.server("HTTP/1.1 200 OK\r\n\r\n") == "^ =2xx over");
}

TEST_CASE("http1: what is no HTTP is lost") {
  for (const std::string_view text :
       {"GOT / HTTP/1.1\r\n\r\n", "G E T", "\x01\x02", "GETGETGETGET /"}) {
    ReaderBed bed(Protocol::Http1);
    CHECK(bed.client(text) == "lost");
  }
  for (const std::string_view text :
       {"HTTP/2 200", "HTTP/1.1 2x0", "HTTP/1.1 099 ", "ICY 200 OK"}) {
    ReaderBed bed(Protocol::Http1);
    bed.client("GET / HTTP/1.1\r\n\r\n");
    CHECK(bed.server(text) == "lost");
  }
  ReaderBed unasked(Protocol::Http1);
  CHECK(unasked.server("HTTP/1.1 200 OK\r\n\r\n") == "lost");
  ReaderBed cut(Protocol::Http1);
  CHECK(cut.client("GET / HTTP/1.1\r\nCookie: ", 3000) == "lost");
  ReaderBed vast(Protocol::Http1);
  CHECK(vast.client("PUT / HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\n") == "lost");
}

TEST_CASE("http1: begins with a method and a target") {
  CHECK(http1::begins("GET /x"));
  CHECK(http1::begins("POST http://x/ HTTP/1.1"));
  CHECK_FALSE(http1::begins("GET key\r\n"));
  CHECK_FALSE(http1::begins("GET"));
  CHECK_FALSE(http1::begins("GETX /"));
}

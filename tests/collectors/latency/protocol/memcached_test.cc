#include <catch2/catch.hpp>

#include "collectors/latency/protocol/readers.h"
#include "tests/collectors/latency/protocol/readers_bed.h"

using namespace lapwing::collectors::latency;
using lapwing::testing::ReaderBed;

TEST_CASE("memcached: commands and answers, whole or a byte at a time") {
  struct Case {
    std::string request, told, answer, outcome;
  };
  for (const Case& one : std::vector<Case>{
           {"get k\r\n", "get", "VALUE k 0 5\r\nhello\r\nEND\r\n", "^ =ok"},
           {"get a b\r\n", "get", "VALUE a 0 3\r\nEND\r\nVALUE b 0 0\r\n\r\nEND\r\n", "^ =ok"},
           {"gets k\r\n", "gets", "END\r\n", "^ =miss"},
           {"set k 0 0 5\r\nhello\r\n", "set", "STORED\r\n", "^ =ok"},
           {"cas k 0 0 2 7\r\nhi\r\n", "cas", "EXISTS\r\n", "^ =miss"},
           {"delete k\r\n", "delete", "NOT_FOUND\r\n", "^ =miss"},
           {"incr k 1\r\n", "incr", "42\r\n", "^ =ok"},
           {"touch k 10\r\n", "touch", "ERROR\r\n", "^ =error"},
           {"set k 0 0 1\r\nx\r\n", "set", "SERVER_ERROR out of memory\r\n", "^ =error"},
           {"stats\r\n", "stats", "STAT pid 1\r\nSTAT x 2\r\nEND\r\n", "^ =ok"},
           {"version\r\n", "version", "VERSION 1.6\r\n", "^ =ok"},
           {"mg k v\r\n", "mg", "VA 3 x\r\nabc\r\n", "^ =ok"},
           {"mg k v\r\n", "mg", "EN\r\n", "^ =miss"},
           {"ms k 2 T0\r\nhi\r\n", "ms", "HD\r\n", "^ =ok"}}) {
    INFO(one.request << one.answer);
    ReaderBed bed(Protocol::Memcached);
    CHECK(bed.client(one.request) == one.told);
    CHECK(bed.server(one.answer) == one.outcome);
    CHECK(bed.client_slowly(one.request) == one.told);
    CHECK(bed.server_slowly(one.answer) == one.outcome);
  }
}

TEST_CASE("memcached: pipelines, and requests without an answer") {
  ReaderBed bed(Protocol::Memcached);
  CHECK(bed.client("set a 0 0 1 noreply\r\nx\r\nget a\r\ndelete a noreply\r\nget noreplyx\r\n") ==
        "set(no answer) get delete(no answer) get");
  CHECK(bed.server("VALUE a 0 1\r\nx\r\nEND\r\nEND\r\n") == "^ =ok ^ =miss");
}

TEST_CASE("memcached: large values are passed over") {
  ReaderBed bed(Protocol::Memcached);
  CHECK(bed.client("set k 0 0 9000\r\nabc", 8999) == "set");
  CHECK(bed.server("STORED\r\n") == "^ =ok");
  bed.client("get k\r\n");
  CHECK(bed.server("VALUE k 0 9000\r\n", 9002) == "^");
  CHECK(bed.server("END\r\n") == "=ok");
}

TEST_CASE("memcached: what cannot be matched is lost") {
  for (const std::string_view text : {"hello\r\n", "GET k\r\n", "\x80\x01", "set k 0 0 x\r\n",
                                      "get\tk", "mg k v q\r\n", "verylongcommandname\r\n"}) {
    INFO(text);
    ReaderBed bed(Protocol::Memcached);
    CHECK(bed.client(text) == "lost");
  }
  ReaderBed unasked(Protocol::Memcached);
  CHECK(unasked.server("END\r\n") == "lost");
  ReaderBed odd(Protocol::Memcached);
  odd.client("get k\r\n");
  CHECK(odd.server("VALUE k 0 x\r\n") == "^ lost");
}

TEST_CASE("memcached: begins with a command") {
  CHECK(memcached::begins("get k\r\n"));
  CHECK(memcached::begins("stats\r\n"));
  CHECK_FALSE(memcached::begins("get"));
  CHECK_FALSE(memcached::begins("GET / HTTP/1.1\r\n"));
}

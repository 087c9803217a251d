#include <catch2/catch.hpp>

#include "collectors/latency/protocol/readers.h"
#include "tests/collectors/latency/protocol/readers_bed.h"

using namespace lapwing::collectors::latency;
using lapwing::testing::ReaderBed;

TEST_CASE("redis: commands and answers of every type, whole or a byte at a time") {
  const std::string set = "*3\r\n$3\r\nset\r\n$3\r\nkey\r\n$5\r\nhello\r\n";
  for (const std::string_view answer :
       {"+OK\r\n", ":1\r\n", "$5\r\nhello\r\n", "$-1\r\n", "$0\r\n\r\n", "*-1\r\n", "*0\r\n",
        "*2\r\n$1\r\na\r\n*2\r\n:1\r\n$-1\r\n", "_\r\n", "#t\r\n", ",1.5\r\n", "(123\r\n",
        "=7\r\ntxt:abc\r\n", "%2\r\n+a\r\n:1\r\n+b\r\n*1\r\n:2\r\n", "~1\r\n+a\r\n",
        "|1\r\n+ttl\r\n:3\r\n+OK\r\n"}) {
    INFO(answer);
    ReaderBed bed(Protocol::Redis);
    CHECK(bed.client(set) == "SET");
    CHECK(bed.server(answer) == "^ =ok");
    CHECK(bed.client_slowly(set) == "SET");
    CHECK(bed.server_slowly(answer) == "^ =ok");
  }
}

TEST_CASE("redis: pipelines, errors and pushes") {
  ReaderBed bed(Protocol::Redis);
  CHECK(bed.client("*1\r\n$4\r\nPING\r\n*2\r\n$3\r\nGET\r\n$1\r\nk\r\nPING\r\nget k\r\n") ==
        "PING GET PING GET");
  CHECK(bed.server(">2\r\n+invalidate\r\n*1\r\n+k\r\n+PONG\r\n-ERR no\r\n") == "^ =ok ^ =error");
  CHECK(bed.server("+PONG\r\n!9\r\nERR wrong\r\n") == "^ =ok ^ =error");
}

TEST_CASE("redis: large values are passed over, captured or not") {
  ReaderBed bed(Protocol::Redis);
  CHECK(bed.client("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$9000\r\nvvv", 8999) == "SET");
  CHECK(bed.server("+OK\r\n") == "^ =ok");
  CHECK(bed.client("*2\r\n$3\r\nGET\r\n$1\r\nk\r\n") == "GET");
  CHECK(bed.server("$9000\r\n", 4000) == "^");
  CHECK(bed.server("", 5002) == "=ok");
}

TEST_CASE("redis: commands that wait are said to, subscriptions end turns") {
  ReaderBed bed(Protocol::Redis);
  CHECK(bed.client("*3\r\n$5\r\nblpop\r\n$1\r\nk\r\n$1\r\n0\r\n") == "BLPOP(waits)");
  CHECK(bed.client("*1\r\n$7\r\nMONITOR\r\n") == "MONITOR(no answer) over");
}

TEST_CASE("redis: what is no RESP is lost") {
  for (const std::string_view text :
       {"*x\r\n", "*1\r\n+PING\r\n", "*1\r\n$0\r\n\r\n", "*1\r\n$99\r\nPING", "$4\r\nPING\r\n",
        "*1\r\n$4\r\nP\nNG\r\n", "*9999999999\r\n"}) {
    INFO(text);
    ReaderBed bed(Protocol::Redis);
    CHECK(bed.client(text) == "lost");
  }
  for (const std::string_view text : {"OK\r\n", "$x\r\n", "*1\r\n?"}) {
    ReaderBed bed(Protocol::Redis);
    bed.client("PING\r\n");
    CHECK(bed.server(text) == "^ lost");
  }
  ReaderBed unasked(Protocol::Redis);
  CHECK(unasked.server("+OK\r\n") == "lost");
  ReaderBed cut(Protocol::Redis);
  CHECK(cut.client("*3\r\n$3\r\nSET\r\n", 100) == "lost");
}

TEST_CASE("redis: begins with an array of strings") {
  CHECK(redis::begins("*3\r\n$3\r\nSET"));
  CHECK(redis::begins("PING\r\n"));
  CHECK_FALSE(redis::begins("*\r\n$3\r\n"));
  CHECK_FALSE(redis::begins("get k\r\n"));
  CHECK_FALSE(redis::begins(""));
}

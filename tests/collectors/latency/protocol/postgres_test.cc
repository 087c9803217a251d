#include <catch2/catch.hpp>

#include "collectors/latency/protocol/readers.h"
#include "tests/collectors/latency/protocol/readers_bed.h"

using namespace lapwing::collectors::latency;
using lapwing::testing::ReaderBed;

namespace {
std::string word(std::uint32_t value) {
  return {char(value >> 24), char(value >> 16), char(value >> 8), char(value)};
}
std::string message(char kind, const std::string& content = "") {
  return kind + word(std::uint32_t(content.size()) + 4) + content;
}
std::string startup(std::uint32_t code, const std::string& content = "") {
  return word(std::uint32_t(content.size()) + 8) + word(code) + content;
}
const std::string kReady = message('Z', "I");
const std::string kQuery = message('Q', std::string("select 1") + '\0');
const std::string kRows = message('T', "....") + message('D', "...") + message('C', "SELECT 1");
}  // namespace

TEST_CASE("postgres: start-up, queries and errors, whole or a byte at a time") {
  const std::string hello = startup(3 << 16, std::string("user\0me\0\0", 9));
  const std::string welcome =
      message('R', word(0)) + message('S', "a=b") + message('K', "12345678");
  const std::string failed = message('E', "SERROR") + kReady;
  ReaderBed bed(Protocol::Postgres);
  CHECK(bed.client(hello) == "connect");
  CHECK(bed.server(message('R', word(10) + "SCRAM")) == "^");
  CHECK(bed.client(message('p', "secret")).empty());
  CHECK(bed.server(welcome + kReady) == "=ok");
  CHECK(bed.client(kQuery) == "query");
  CHECK(bed.server(kRows + kReady) == "^ =ok");
  CHECK(bed.client_slowly(kQuery) == "query");
  CHECK(bed.server_slowly(failed) == "^ =error");
  CHECK(bed.client(message('X')).empty());
  ReaderBed slow(Protocol::Postgres);
  CHECK(slow.client_slowly(hello) == "connect");
  CHECK(slow.server_slowly(welcome + kReady) == "^ =ok");
}

TEST_CASE("postgres: what stands before a Sync is one round trip") {
  const std::string execute =
      message('P', "a") + message('B', "b") + message('D', "S") + message('E', "e") + message('S');
  ReaderBed bed(Protocol::Postgres);
  CHECK(bed.client(execute) == "execute");
  CHECK(bed.server(message('1') + message('2') + kRows + kReady) == "^ =ok");
  CHECK(bed.client(execute + execute) == "execute execute");
  CHECK(bed.server(message('1') + message('E', "x") + kReady + kRows + kReady) == "^ =error ^ =ok");
  CHECK(bed.client(message('F', "f")) == "call");
}

TEST_CASE("postgres: what the server says by itself answers nothing") {
  ReaderBed bed(Protocol::Postgres);
  CHECK(bed.server(message('A', "note") + message('S', "a=b") + message('N', "n")).empty());
  CHECK(bed.client(kQuery) == "query");
  CHECK(bed.server(message('A', "note")).empty());
  CHECK(bed.server(kRows + kReady) == "^ =ok");
}

TEST_CASE("postgres: encryption is asked for by a byte") {
  ReaderBed refused(Protocol::Postgres);
  CHECK(refused.client(startup(80877103)) == "aside");
  CHECK(refused.server("N") == "^ =ok");
  CHECK(refused.client(startup(3 << 16, std::string("user\0me\0\0", 9))) == "connect");
  ReaderBed taken(Protocol::Postgres);
  CHECK(taken.client(startup(80877103)) == "aside");
  CHECK(taken.server("S") == "^ =ok encrypted");
  ReaderBed cancel(Protocol::Postgres);
  CHECK(cancel.client(startup(80877102, "12345678")) == "over");
}

TEST_CASE("postgres: a failed start ends with its error") {
  ReaderBed bed(Protocol::Postgres);
  bed.client(startup(3 << 16, std::string("user\0me\0\0", 9)));
  CHECK(bed.server(message('E', "FATAL")) == "^ =error");
}

TEST_CASE("postgres: large rows are passed over") {
  ReaderBed bed(Protocol::Postgres);
  bed.client(kQuery);
  CHECK(bed.server("D" + word(100'004), 60'000) == "^");
  CHECK(bed.server("", 40'000).empty());
  CHECK(bed.server(message('C', "SELECT 1") + kReady) == "=ok");
}

TEST_CASE("postgres: what is no message is lost") {
  for (const std::string& text : {std::string("hello"), "Q" + word(3), "Q" + word(0xffffffff),
                                  word(4), word(100) + word(99)}) {
    ReaderBed bed(Protocol::Postgres);
    CHECK(bed.client(text) == "lost");
  }
  ReaderBed bed(Protocol::Postgres);
  CHECK(bed.server("?") == "lost");
  CHECK(bed.server("D" + word(1)) == "lost");
  ReaderBed cut(Protocol::Postgres);
  CHECK(cut.client("Q", 50) == "lost");
}

TEST_CASE("postgres: begins with a start-up or whole messages") {
  CHECK(postgres::begins(startup(3 << 16, "user")));
  CHECK(postgres::begins(startup(80877103)));
  CHECK(postgres::begins(kQuery));
  CHECK(postgres::begins(message('P', "a") + message('S')));
  CHECK_FALSE(postgres::begins(message('Q', "no zero at the end")));
  CHECK_FALSE(postgres::begins("PING\r\n"));
  CHECK_FALSE(postgres::begins(startup(1)));
  CHECK_FALSE(postgres::begins(message('P', "a") + "rubbish"));
}

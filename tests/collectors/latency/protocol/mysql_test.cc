#include <catch2/catch.hpp>

#include "collectors/latency/protocol/readers.h"
#include "tests/collectors/latency/protocol/readers_bed.h"

using namespace lapwing::collectors::latency;
using lapwing::testing::ReaderBed;

namespace {
std::string packet(int number, const std::string& content) {
  const std::size_t size = content.size();
  return std::string{char(size), char(size >> 8), char(size >> 16), char(number)} + content;
}
std::string hello(std::uint32_t abilities, std::size_t size) {
  std::string content{char(abilities), char(abilities >> 8), char(abilities >> 16),
                      char(abilities >> 24)};
  content.resize(size);
  return packet(1, content);
}
const std::string kGreeting = packet(0, "\n8.0.36");
const std::string kQuery = packet(0, "\x03select 1");
const std::string kOk = packet(1, std::string("\0\0\0\2\0", 5));
const std::string kError = packet(1, "\xff\x15\x04#28000no");
const std::string kRows =
    packet(1, "\1") + packet(2, "column") + packet(3, "row") + packet(4, "\xfe");
}  // namespace

TEST_CASE("mysql: greeting, log-in, commands and errors, whole or a byte at a time") {
  ReaderBed bed(Protocol::MySql);
  CHECK(bed.server(kGreeting).empty());
  CHECK(bed.client(hello(0x8000, 60)).empty());
  CHECK(bed.server(packet(2, std::string("\xfe") + "caching_sha2_password")).empty());
  CHECK(bed.client(packet(3, "secret")).empty());
  CHECK(bed.server(packet(4, std::string("\0\0\0", 3))).empty());
  CHECK(bed.client(kQuery) == "query");
  CHECK(bed.server(kRows) == "^ =ok");
  CHECK(bed.client(packet(0, "\x17xxxx")) == "execute");
  CHECK(bed.server(kError) == "^ =error");
  CHECK(bed.client_slowly(kQuery) == "query");
  CHECK(bed.server_slowly(kOk) == "^ =ok");
  CHECK(bed.client(packet(0, "\x19xxxx") + kQuery) == "close(no answer) query");
  CHECK(bed.server(kRows) == "^ =ok");
  CHECK(bed.client(packet(0, "\x01")) == "quit(no answer)");
}

TEST_CASE("mysql: a result that comes in many segments is one answer") {
  ReaderBed bed(Protocol::MySql);
  bed.client(kQuery);
  CHECK(bed.server(kRows) == "^ =ok");
  CHECK(bed.server(packet(5, "more")).empty());
  CHECK(bed.client(kQuery) == "query");
  CHECK(bed.server(kOk) == "^ =ok");
}

TEST_CASE("mysql: a command longer than a packet is one") {
  const std::size_t full = 0xffffff;
  ReaderBed bed(Protocol::MySql);
  CHECK(bed.client(std::string("\xff\xff\xff\0\x03", 5), full - 1).empty());
  CHECK(bed.client(packet(1, "the rest")) == "query");
}

TEST_CASE("mysql: encrypted and compressed connections are not read") {
  ReaderBed tls(Protocol::MySql);
  CHECK(tls.client(hello(0x8800, 32)) == "encrypted");
  ReaderBed packed(Protocol::MySql);
  CHECK(packed.client(hello(0x20, 60)) == "over");
  ReaderBed replica(Protocol::MySql);
  CHECK(replica.client(packet(0, "\x12xxxx")) == "over");
}

TEST_CASE("mysql: what is no command is lost") {
  ReaderBed bed(Protocol::MySql);
  CHECK(bed.client(packet(0, "\x77zz")) == "lost");
  ReaderBed empty(Protocol::MySql);
  CHECK(empty.client(std::string("\0\0\0\0x", 5)) == "lost");
  ReaderBed odd(Protocol::MySql);
  odd.client(kQuery);
  CHECK(odd.server(packet(7, "x")) == "^ lost");
  ReaderBed cut(Protocol::MySql);
  CHECK(cut.client(std::string("\x09\0", 2), 11) == "lost");
}

TEST_CASE("mysql: begins and greets") {
  CHECK(mysql::begins(kQuery));
  CHECK_FALSE(mysql::begins(packet(1, "\x03select 1")));
  CHECK_FALSE(mysql::begins("GET / HTTP/1.1\r\n"));
  CHECK_FALSE(mysql::begins(""));
  CHECK(mysql::greets(kGreeting));
  CHECK(mysql::greets(packet(0, "\n10.11.4-MariaDB")));
  CHECK_FALSE(mysql::greets("220 mail.example.org\r\n"));
  CHECK_FALSE(mysql::greets("SSH-2.0-x"));
}

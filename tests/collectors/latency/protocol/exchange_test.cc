#include "collectors/latency/protocol/exchange.h"

#include <catch2/catch.hpp>

using namespace lapwing::collectors::latency;

TEST_CASE("exchange: a connection's first payload tells its protocol") {
  CHECK(recognise("GET / HTTP/1.1\r\n", true) == Protocol::Http1);
  CHECK(recognise("*1\r\n$4\r\nPING\r\n", true) == Protocol::Redis);
  CHECK(recognise({"\0\0\0\x08\x04\xd2\x16\x2f", 8}, true) == Protocol::Postgres);
  CHECK(recognise("set k 0 0 1\r\nx\r\n", true) == Protocol::Memcached);
  CHECK(recognise("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", true) == Protocol::Http2);
  CHECK(recognise("\x16\x03\x01\x02", true) == Protocol::Tls);
  CHECK(recognise("EHLO example.org\r\n", true) == Protocol::Unknown);
  CHECK(recognise("", true) == Protocol::Unknown);
}

TEST_CASE("exchange: a PostgreSQL query begins nothing, but may be seen midway") {
  const std::string_view query("Q\0\0\0\x0dselect 1\0", 14);
  CHECK(recognise(query, true) == Protocol::Unknown);
  CHECK(recognise(query, false) == Protocol::Postgres);
}

TEST_CASE("exchange: input passes over what was captured and what was not") {
  const std::string_view text = "ab\ncd";
  Input input({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, 10);
  CHECK(input.next() == 'a');
  CHECK(input.skip_line());
  CHECK(input.rest() == "cd");
  CHECK_FALSE(input.skip_line());
  CHECK_FALSE(input.visible());
  CHECK_FALSE(input.done());
  CHECK(input.skip(4) == 4);
  CHECK(input.skip(100) == 6);
  CHECK(input.done());
}

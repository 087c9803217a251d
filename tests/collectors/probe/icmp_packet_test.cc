#include "collectors/probe/icmp_packet.h"

#include <catch2/catch.hpp>

using namespace lapwing::collectors::probe;

TEST_CASE("icmp packet: a request carries the checksum of RFC 1071") {
  const std::string packet = echo_request({false, 0x0102, 0x0304, "abc"});
  CHECK(packet == std::string("\x08\0\x2f\x97\1\2\3\4abc", 11));
  CHECK(echo_request({true, 1, 2, ""}) == std::string("\x80\0\0\0\0\1\0\2", 8));
}

TEST_CASE("icmp packet: only the reply to that very request counts") {
  const Echo echo{false, 7, 9, "abc"};
  const std::string reply(
      "\0\0\xaa\xbb\0\7\0\x09"
      "abc",
      11);
  CHECK(is_reply_to(echo, reply, false));
  for (const std::size_t at : {0u, 1u, 5u, 7u, 9u}) {
    std::string other = reply;
    other[at] ^= 1;
    CHECK_FALSE(is_reply_to(echo, other, false));
  }
  std::string kernel_id = reply;
  kernel_id[5] = 1;
  CHECK(is_reply_to(echo, kernel_id, true));
  for (std::size_t size = 0; size < reply.size(); ++size)
    CHECK_FALSE(is_reply_to(echo, reply.substr(0, size), false));
}

TEST_CASE("icmp packet: the header before it goes, options and all") {
  CHECK(without_ip4_header(std::string("\x45") + std::string(19, 'h') + "icmp") == "icmp");
  CHECK(without_ip4_header(std::string("\x46") + std::string(23, 'h') + "icmp") == "icmp");
  CHECK(without_ip4_header("\x45").empty());
  CHECK(without_ip4_header("").empty());
}

TEST_CASE("icmp packet: the payload has the size asked for") {
  CHECK(!echo_payload(0).empty());
  CHECK(echo_payload(3).size() == 3);
  CHECK(echo_payload(1000).size() == 1000);
}

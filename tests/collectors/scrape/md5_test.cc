#include "collectors/scrape/md5.h"

#include <catch2/catch.hpp>
#include <string>

using lapwing::collectors::scrape::md5;

namespace {

std::string hex(std::string_view text) {
  std::string digits;
  for (const std::uint8_t byte : md5(text)) {
    digits += "0123456789abcdef"[byte >> 4];
    digits += "0123456789abcdef"[byte & 15];
  }
  return digits;
}

}  // namespace

TEST_CASE("md5: the digests of RFC 1321, A.5") {
  CHECK(hex("") == "d41d8cd98f00b204e9800998ecf8427e");
  CHECK(hex("a") == "0cc175b9c0f1b6a831c399e269772661");
  CHECK(hex("message digest") == "f96b697d7cb7938d525a2f31aaf161d0");
  CHECK(hex("12345678901234567890123456789012345678901234567890123456789012345678901234567890") ==
        "57edf4a22be3c955ac49da2e2107b67a");
}

TEST_CASE("md5: lengths around a block's end") {
  // By md5sum(1).
  CHECK(hex(std::string(55, 'x')) == "04364420e25c512fd958a70738aa8f72");
  CHECK(hex(std::string(56, 'x')) == "668a72d5ba17f08e62dabcafad6db14b");
  CHECK(hex(std::string(64, 'x')) == "c1bb4f81d892b2d57947682aeb252456");
}

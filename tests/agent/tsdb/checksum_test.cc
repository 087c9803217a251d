#include "agent/tsdb/checksum.h"

#include <catch2/catch.hpp>
#include <string>

using namespace lapwing::tsdb;

TEST_CASE("checksum: CRC-32C of the vectors in RFC 3720, whole and in parts") {
  CHECK(crc32c(std::string(32, '\0')) == 0x8A9136AAu);
  CHECK(crc32c(std::string(32, '\xff')) == 0x62A8AB43u);
  CHECK(crc32c("123456789") == 0xE3069283u);
  CHECK(crc32c("56789", crc32c("1234")) == 0xE3069283u);
  CHECK(crc32c("") == 0);
}

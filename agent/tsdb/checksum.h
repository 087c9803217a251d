// CRC-32C (Castagnoli, RFC 3720 appendix B.4): guards the journal's frames.
#pragma once

#include <cstdint>
#include <string_view>

namespace lapwing::tsdb {

/// Of `bytes`, going on from the checksum of what stood before them.
std::uint32_t crc32c(std::string_view bytes, std::uint32_t before = 0);

}  // namespace lapwing::tsdb

// MD5 (RFC 1321), for relabelling's hashmod alone: Prometheus spreads targets by it, so that two
// agents must agree with each other and with it. No protection against anybody.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace lapwing::collectors::scrape {

/// The digest's 16 bytes in order.
std::array<std::uint8_t, 16> md5(std::string_view text);

}  // namespace lapwing::collectors::scrape

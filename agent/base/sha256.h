// SHA-256 (FIPS 180-4), HMAC (RFC 2104) and Base64 (RFC 4648): what services' signatures are made
// of. Ours, since OpenSSL comes with libcurl at run time only.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace lapwing {

using Sha256 = std::array<std::uint8_t, 32>;

Sha256 sha256(std::string_view bytes);
Sha256 hmac_sha256(std::string_view key, std::string_view bytes);

/// Lower case.
std::string hex_text(const Sha256& digest);
/// With padding.
std::string base64(std::string_view bytes);
std::string base64(const Sha256& digest);

}  // namespace lapwing

// Unpacking whole bodies that came by other encodings than gzip (RFC 1951, RFC 7932). Only for who
// asks for it: the client's own answers are gzip or plain.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "agent/base/result.h"

namespace lapwing::http {

/// Raw DEFLATE, without zlib's frame. Corrupt when damaged or past `limit_bytes`.
Result<std::string> inflate(std::string_view packed, std::size_t limit_bytes);

/// Brotli. Corrupt when damaged or past `limit_bytes`.
Result<std::string> unbrotli(std::string_view packed, std::size_t limit_bytes);

}  // namespace lapwing::http

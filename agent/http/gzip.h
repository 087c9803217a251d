// gzip (RFC 1952) of response bodies, by zlib. Request bodies are never unpacked.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "agent/base/result.h"

namespace lapwing::http {

/// Level 1: a tenth of the CPU of the default level for most of the gain on JSON and text.
Result<std::string> gzip(std::string_view text);

/// Corrupt when `packed` is no whole gzip stream, or unpacks to more than `limit_bytes`.
Result<std::string> gunzip(std::string_view packed, std::size_t limit_bytes);

/// Whether a body of that type shrinks when packed: text, JSON, JavaScript, XML, SVG.
/// Event streams are left out: each event must leave at once.
bool is_compressible(std::string_view content_type);

}  // namespace lapwing::http

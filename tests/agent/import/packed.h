// Text packed in memory, for tests of what unpacks it.
#pragma once

#include <zlib.h>
#include <zstd.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace lapwing::testing {

inline std::string gzip(std::string_view text) {
  z_stream stream{};
  ::deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(::deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = uInt(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = uInt(out.size());
  ::deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  ::deflateEnd(&stream);
  return out;
}

inline std::string zstd(std::string_view text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
  return out;
}

/// Text that packs well but not to nothing.
inline std::string some_text(std::size_t bytes) {
  std::string out;
  std::uint32_t state = 3;
  while (out.size() < bytes) {
    state = state * 1664525u + 1013904223u;
    out += "metric{n=\"" + std::to_string(state >> 20) + "\"} 1\n";
  }
  out.resize(bytes);
  return out;
}

}  // namespace lapwing::testing

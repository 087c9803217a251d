// One call in, one call out, and growth by zlib's streaming; Gunzip alone takes a body in pieces.
#include "agent/http/gzip.h"

#include <zlib.h>

#include <algorithm>

namespace lapwing::http {
namespace {

constexpr int kGzipWindowBits = 15 + 16;            // zlib.h: 16 more means the gzip wrapper.
constexpr std::size_t kInputLimitBytes = 1u << 30;  // zlib counts a call's bytes in 32 bits.
constexpr std::size_t kChunkBytes = 64 * 1024;

Bytef* input_of(std::string_view text) {
  return reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
}

bool starts_with(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

}  // namespace

Result<std::string> gzip(std::string_view text) {
  if (text.size() > kInputLimitBytes) return unavailable("gzip: too large for one call");
  z_stream stream{};
  if (deflateInit2(&stream, 1, Z_DEFLATED, kGzipWindowBits, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    return unavailable("gzip: no memory");
  std::string out(deflateBound(&stream, uLong(text.size())), '\0');
  stream.next_in = input_of(text);
  stream.avail_in = uInt(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = uInt(out.size());
  const int result = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  if (result != Z_STREAM_END) return unavailable("gzip: deflate failed");
  return out;
}

Result<std::string> gunzip(std::string_view packed, std::size_t limit_bytes) {
  if (packed.size() > kInputLimitBytes) return unavailable("gunzip: too large for one call");
  z_stream stream{};
  if (inflateInit2(&stream, kGzipWindowBits) != Z_OK) return unavailable("gunzip: no memory");
  stream.next_in = input_of(packed);
  stream.avail_in = uInt(packed.size());
  std::string out;
  int result = Z_OK;
  while (result == Z_OK && out.size() <= limit_bytes) {
    const std::size_t before = out.size();
    out.resize(before + kChunkBytes);
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + before);
    stream.avail_out = uInt(kChunkBytes);
    result = inflate(&stream, Z_NO_FLUSH);
    out.resize(before + kChunkBytes - stream.avail_out);
    if (result == Z_OK && out.size() == before) break;  // Truncated: no input left to go on with.
  }
  inflateEnd(&stream);
  if (out.size() > limit_bytes)
    return corrupt("gunzip: more than " + std::to_string(limit_bytes) + " bytes");
  if (result != Z_STREAM_END) return corrupt("gunzip: not a whole gzip stream");
  return out;
}

struct Gunzip::State {
  z_stream stream{};
  bool sound = false;
};

Gunzip::Gunzip() : state_(std::make_unique<State>()) {
  state_->sound = inflateInit2(&state_->stream, kGzipWindowBits) == Z_OK;
}

Gunzip::~Gunzip() { inflateEnd(&state_->stream); }

Gunzip::Outcome Gunzip::append(std::string_view packed, std::string& out, std::size_t limit_bytes) {
  z_stream& stream = state_->stream;
  if (!state_->sound || packed.size() > kInputLimitBytes) return Outcome::Damaged;
  stream.next_in = input_of(packed);
  stream.avail_in = uInt(packed.size());
  while (true) {
    if (complete_ && stream.avail_in > 0) {
      complete_ = false;
      if (inflateReset(&stream) != Z_OK) return Outcome::Damaged;
    }
    const std::size_t before = out.size();
    out.resize(before + kChunkBytes);
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + before);
    stream.avail_out = uInt(kChunkBytes);
    const int result = complete_ ? Z_BUF_ERROR : inflate(&stream, Z_NO_FLUSH);
    const bool filled = stream.avail_out == 0;
    out.resize(before + kChunkBytes - stream.avail_out);
    if (out.size() > limit_bytes) return Outcome::TooLarge;
    if (result == Z_STREAM_END) {
      complete_ = true;
      if (stream.avail_in > 0) continue;
      return Outcome::Sound;
    }
    // Z_BUF_ERROR: there was nothing left to go on with.
    if (result != Z_OK && result != Z_BUF_ERROR) return Outcome::Damaged;
    if (!filled && stream.avail_in == 0) return Outcome::Sound;
    if (result == Z_BUF_ERROR) return Outcome::Sound;
  }
}

bool is_compressible(std::string_view content_type) {
  if (starts_with(content_type, "text/event-stream")) return false;
  for (const std::string_view prefix :
       {"text/", "application/json", "application/javascript", "application/xml",
        "application/openmetrics-text", "application/manifest+json", "image/svg+xml"})
    if (starts_with(content_type, prefix)) return true;
  return false;
}

}  // namespace lapwing::http

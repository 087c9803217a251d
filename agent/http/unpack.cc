#include "agent/http/unpack.h"

#include <brotli/decode.h>
#include <zlib.h>

#include <array>
#include <memory>

namespace lapwing::http {

Result<std::string> inflate(std::string_view packed, std::size_t limit_bytes) {
  z_stream stream{};
  if (::inflateInit2(&stream, -MAX_WBITS) != Z_OK) return unavailable("zlib has no memory");
  const std::unique_ptr<z_stream, int (*)(z_stream*)> owned(&stream, ::inflateEnd);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = uInt(packed.size());
  std::string out;
  std::array<char, 16 * 1024> piece{};
  int state = Z_OK;
  while (state == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = uInt(piece.size());
    state = ::inflate(&stream, Z_NO_FLUSH);
    out.append(piece.data(), piece.size() - stream.avail_out);
    if (out.size() > limit_bytes) return corrupt("the unpacked body is too large");
  }
  if (state != Z_STREAM_END) return corrupt("the body is no sound DEFLATE stream");
  return out;
}

Result<std::string> unbrotli(std::string_view packed, std::size_t limit_bytes) {
  const std::unique_ptr<BrotliDecoderState, void (*)(BrotliDecoderState*)> decoder(
      BrotliDecoderCreateInstance(nullptr, nullptr, nullptr), BrotliDecoderDestroyInstance);
  if (!decoder) return unavailable("brotli has no memory");
  const auto* in = reinterpret_cast<const std::uint8_t*>(packed.data());
  std::size_t in_left = packed.size();
  std::string out;
  std::array<std::uint8_t, 16 * 1024> piece{};
  while (true) {
    std::uint8_t* to = piece.data();
    std::size_t to_left = piece.size();
    const BrotliDecoderResult result =
        BrotliDecoderDecompressStream(decoder.get(), &in_left, &in, &to_left, &to, nullptr);
    out.append(reinterpret_cast<const char*>(piece.data()), piece.size() - to_left);
    if (out.size() > limit_bytes) return corrupt("the unpacked body is too large");
    if (result == BROTLI_DECODER_RESULT_SUCCESS) return out;
    if (result != BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT)
      return corrupt("the body is no sound brotli stream");
  }
}

}  // namespace lapwing::http

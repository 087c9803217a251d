#include "agent/tsdb/compression.h"

#include <zstd.h>

namespace lapwing::tsdb {

void Compressor::Free::operator()(ZSTD_CCtx_s* context) const { ZSTD_freeCCtx(context); }

Result<std::string> Compressor::compress(std::string_view bytes, int level) {
  if (context_ == nullptr) {
    context_.reset(ZSTD_createCCtx());
    if (context_ == nullptr) return unavailable("no memory for compression");
    ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_checksumFlag, 1);
  }
  ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, level);
  std::string out(ZSTD_compressBound(bytes.size()), '\0');
  const std::size_t used =
      ZSTD_compress2(context_.get(), out.data(), out.size(), bytes.data(), bytes.size());
  if (ZSTD_isError(used))
    return unavailable(std::string("compressing: ") + ZSTD_getErrorName(used));
  out.resize(used);
  return out;
}

Result<std::string> decompress(std::string_view frame, std::size_t limit_bytes) {
  const unsigned long long size = ZSTD_getFrameContentSize(frame.data(), frame.size());
  if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN)
    return corrupt("not a zstd frame with a content size");
  if (size > limit_bytes)
    return corrupt("a compressed block claims " + std::to_string(size) + " bytes");
  std::string out(std::size_t(size), '\0');
  const std::size_t used = ZSTD_decompress(out.data(), out.size(), frame.data(), frame.size());
  if (ZSTD_isError(used)) return corrupt(std::string("decompressing: ") + ZSTD_getErrorName(used));
  if (used != out.size()) return corrupt("a compressed block is shorter than it says");
  return out;
}

}  // namespace lapwing::tsdb

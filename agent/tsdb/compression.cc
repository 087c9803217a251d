#include "agent/tsdb/compression.h"

#include <zstd.h>

namespace lapwing::tsdb {
namespace {

struct Free {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

/// Kept by each thread that reads: making one takes longer than what most chunks need it for. It
/// asks the processor what it can do, which a virtual machine answers by leaving it each time, and
/// its 160 KB are memory fresh from the system.
ZSTD_DCtx* decompression_context() {
  thread_local std::unique_ptr<ZSTD_DCtx, Free> context;
  if (context == nullptr) context.reset(ZSTD_createDCtx());
  return context.get();
}

Result<std::size_t> content_size(std::string_view frame, std::size_t limit_bytes) {
  const unsigned long long size = ZSTD_getFrameContentSize(frame.data(), frame.size());
  if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN)
    return corrupt("not a zstd frame with a content size");
  if (size > limit_bytes)
    return corrupt("a compressed block claims " + std::to_string(size) + " bytes");
  return std::size_t(size);
}

/// `out` is as large as the content.
Result<void> decompress_into(std::string_view frame, std::string_view before, std::span<char> out) {
  ZSTD_DCtx* const context = decompression_context();
  if (context == nullptr) return unavailable("no memory for decompression");
  ZSTD_DCtx_refPrefix(context, before.data(), before.size());  // for this frame alone
  const std::size_t used =
      ZSTD_decompressDCtx(context, out.data(), out.size(), frame.data(), frame.size());
  if (ZSTD_isError(used)) return corrupt(std::string("decompressing: ") + ZSTD_getErrorName(used));
  if (used != out.size()) return corrupt("a compressed block is shorter than it says");
  return {};
}

}  // namespace

void Compressor::Free::operator()(ZSTD_CCtx_s* context) const { ZSTD_freeCCtx(context); }

Result<std::string> Compressor::compress(std::string_view bytes, int level,
                                         std::string_view before) {
  return compress(std::span(&bytes, 1), level, before);
}

Result<std::string> Compressor::compress(std::span<const std::string_view> pieces, int level,
                                         std::string_view before) {
  if (context_ == nullptr) {
    context_.reset(ZSTD_createCCtx());
    if (context_ == nullptr) return unavailable("no memory for compression");
    ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_checksumFlag, 1);
  }
  std::size_t size = 0, most = 0;
  for (const std::string_view piece : pieces) {
    size += piece.size();
    most += ZSTD_compressBound(piece.size());
  }
  ZSTD_CCtx_reset(context_.get(), ZSTD_reset_session_only);
  ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, level);
  // Short repeats among numbers are chance: they cost more than the codes that they keep from use.
  const bool numbers = pieces.size() > 1;
  ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_strategy, numbers ? ZSTD_lazy : 0);
  ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_minMatch, numbers ? 6 : 0);
  ZSTD_CCtx_setPledgedSrcSize(context_.get(), size);
  ZSTD_CCtx_refPrefix(context_.get(), before.data(), before.size());  // for this frame alone
  std::string out(most, '\0');
  ZSTD_outBuffer to{out.data(), out.size(), 0};
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    ZSTD_inBuffer from{pieces[i].data(), pieces[i].size(), 0};
    const bool last = i + 1 == pieces.size();
    const std::size_t left =
        ZSTD_compressStream2(context_.get(), &to, &from, last ? ZSTD_e_end : ZSTD_e_flush);
    if (ZSTD_isError(left))
      return unavailable(std::string("compressing: ") + ZSTD_getErrorName(left));
    if (left != 0) return unavailable("compressing: no room");
  }
  out.resize(to.pos);
  return out;
}

Result<std::string> decompress(std::string_view frame, std::size_t limit_bytes,
                               std::string_view before) {
  const auto size = content_size(frame, limit_bytes);
  if (!size) return size.error();
  std::string out(*size, '\0');
  if (auto done = decompress_into(frame, before, out); !done) return std::move(done).error();
  return out;
}

Result<std::string_view> decompress(std::string_view frame, std::size_t limit_bytes, Room& room) {
  const auto size = content_size(frame, limit_bytes);
  if (!size) return size.error();
  const std::span out(room.of(*size), *size);
  if (auto done = decompress_into(frame, {}, out); !done) return std::move(done).error();
  return std::string_view(out.data(), out.size());
}

}  // namespace lapwing::tsdb

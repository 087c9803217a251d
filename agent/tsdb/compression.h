// zstd, the only place that uses it: for groups of series on disk and for the journal's frames.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "agent/base/result.h"

struct ZSTD_CCtx_s;

namespace lapwing::tsdb {

/// One thread at a time; keeps its working memory from call to call.
class Compressor {
 public:
  Compressor() = default;
  /// A zstd frame with content size and checksum. Unavailable when memory is short. What stands in
  /// `before` (memory of its own) as well costs little; decompress() then needs the same.
  Result<std::string> compress(std::string_view bytes, int level, std::string_view before = {});
  /// The same of several pieces, one behind the other. Each is coded for itself: pieces of
  /// different kinds, several hundred bytes at least, do not spoil one another's codes.
  Result<std::string> compress(std::span<const std::string_view> pieces, int level,
                               std::string_view before = {});

 private:
  struct Free {
    void operator()(ZSTD_CCtx_s* context) const;
  };
  std::unique_ptr<ZSTD_CCtx_s, Free> context_;
};

/// Memory to decompress into again and again, which is neither cleared nor asked for anew.
class Room {
 public:
  char* of(std::size_t bytes) {
    if (bytes > size_) {
      bytes_ = std::make_unique_for_overwrite<char[]>(bytes);
      size_ = bytes;
    }
    return bytes_.get();
  }

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0;
};

/// Corrupt when damaged or when the content would be larger than `limit_bytes`.
Result<std::string> decompress(std::string_view frame, std::size_t limit_bytes,
                               std::string_view before = {});
/// The same into `room`; valid until it is used again.
Result<std::string_view> decompress(std::string_view frame, std::size_t limit_bytes, Room& room);

}  // namespace lapwing::tsdb

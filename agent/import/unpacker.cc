// gzip and zstd as streams. Apart from agent/http's and agent/tsdb's use of the same libraries,
// which pack whole texts in memory: an import may be far larger than memory.
#include <zlib.h>
#include <zstd.h>

#include <algorithm>

#include "agent/import/input.h"

namespace lapwing::import {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::string_view kGzipMagic = "\x1f\x8b"sv;
constexpr std::string_view kZstdMagic = "\x28\xb5\x2f\xfd"sv;

class Gzip final : public Unpacker {
 public:
  static Result<std::unique_ptr<Unpacker>> create() {
    auto gzip = std::unique_ptr<Gzip>(new Gzip());
    // 16: the gzip wrapper alone (zlib.h, inflateInit2).
    if (::inflateInit2(&gzip->stream_, 15 + 16) != Z_OK)
      return unavailable("no memory for unpacking");
    gzip->ready_ = true;
    return std::unique_ptr<Unpacker>(std::move(gzip));
  }
  ~Gzip() override {
    if (ready_) ::inflateEnd(&stream_);
  }
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;

  Result<std::size_t> unpack(std::span<const char>& packed, std::span<char> out) override {
    if (complete_) {
      if (packed.empty()) return std::size_t{0};
      ::inflateReset(&stream_);  // Another member follows (RFC 1952, 2.2).
      complete_ = false;
    }
    const std::size_t taken = std::min<std::size_t>(packed.size(), 1u << 20);
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    stream_.avail_in = uInt(taken);
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = uInt(std::min<std::size_t>(out.size(), 1u << 20));
    const std::size_t room = stream_.avail_out;
    const int outcome = ::inflate(&stream_, Z_NO_FLUSH);
    packed = packed.subspan(taken - stream_.avail_in);
    if (outcome == Z_STREAM_END) {
      complete_ = true;
    } else if (outcome != Z_OK && outcome != Z_BUF_ERROR) {
      return corrupt(std::string("the gzip stream is damaged") +
                     (stream_.msg == nullptr ? "" : std::string(": ") + stream_.msg));
    }
    return room - stream_.avail_out;
  }
  bool complete() const override { return complete_; }

 private:
  Gzip() = default;

  z_stream stream_{};
  bool ready_ = false;
  bool complete_ = false;
};

class Zstd final : public Unpacker {
 public:
  static Result<std::unique_ptr<Unpacker>> create() {
    auto zstd = std::unique_ptr<Zstd>(new Zstd());
    if (zstd->context_ == nullptr) return unavailable("no memory for unpacking");
    return std::unique_ptr<Unpacker>(std::move(zstd));
  }

  Result<std::size_t> unpack(std::span<const char>& packed, std::span<char> out) override {
    // Asked at the end of a frame without more input it would begin another one.
    if (packed.empty() && complete_) return std::size_t{0};
    ZSTD_inBuffer in{packed.data(), packed.size(), 0};
    ZSTD_outBuffer filled{out.data(), out.size(), 0};
    const std::size_t left = ZSTD_decompressStream(context_.get(), &filled, &in);
    packed = packed.subspan(in.pos);
    // The library's own limit of 128 MiB for a window stands: a frame cannot ask for more.
    if (ZSTD_isError(left))
      return corrupt(std::string("the zstd stream is damaged: ") + ZSTD_getErrorName(left));
    complete_ = left == 0;
    return filled.pos;
  }
  bool complete() const override { return complete_; }

 private:
  struct Free {
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
  };
  Zstd() : context_(ZSTD_createDCtx()) {}

  std::unique_ptr<ZSTD_DCtx, Free> context_;
  bool complete_ = false;
};

}  // namespace

Result<std::unique_ptr<Unpacker>> unpacker_for(std::string_view beginning) {
  if (beginning.starts_with(kGzipMagic)) return Gzip::create();
  if (beginning.starts_with(kZstdMagic)) return Zstd::create();
  return std::unique_ptr<Unpacker>();
}

}  // namespace lapwing::import

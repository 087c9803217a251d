#include "agent/tsdb/journal.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <system_error>

#include "agent/tsdb/bytes.h"
#include "agent/tsdb/checksum.h"

namespace lapwing::tsdb {
namespace {

constexpr std::string_view kSegmentMagic = "LWJRNL\r\n";
constexpr std::uint32_t kVersion = 2;
constexpr std::size_t kSegmentHeaderBytes = 32;
constexpr std::string_view kFrameMagic = "\xF7LWF";
constexpr std::size_t kFrameHeaderBytes = 20;
constexpr std::size_t kPayloadLimitBytes = 32u << 20;
constexpr std::size_t kCompressFromBytes = 128;
constexpr int kCompressionLevel = 1;
// Some seconds of a host: with the second before alone a frame is a third larger, with a minute
// a twentieth smaller.
constexpr std::size_t kWindowBytes = 16u << 10;
constexpr std::uint32_t kContinues = 1u << 31;
constexpr std::string_view kSuffix = ".wal";

struct Frame {
  std::uint32_t number = 0;
  std::uint32_t raw_bytes = 0;  // 0: stored as it is
  Context context = Context::Alone;
  std::string_view stored;
  std::size_t bytes = 0;  // of the whole frame
};

/// The frame that begins where `bytes` begins, if a whole and sound one does.
std::optional<Frame> frame_at(std::string_view bytes) {
  if (bytes.size() < kFrameHeaderBytes || !bytes.starts_with(kFrameMagic)) return std::nullopt;
  ByteReader in(bytes.substr(kFrameMagic.size()));
  const auto checksum = in.fixed<std::uint32_t>();
  Frame frame;
  frame.number = in.fixed<std::uint32_t>();
  const auto stored_bytes = in.fixed<std::uint32_t>();
  const auto raw = in.fixed<std::uint32_t>();
  frame.raw_bytes = raw & ~kContinues;
  if ((raw & kContinues) != 0) frame.context = Context::Continues;
  frame.stored = in.bytes(stored_bytes);
  if (in.failed() || frame.raw_bytes > kPayloadLimitBytes) return std::nullopt;
  frame.bytes = kFrameHeaderBytes + frame.stored.size();
  if (crc32c(bytes.substr(8, frame.bytes - 8)) != checksum) return std::nullopt;
  return frame;
}

/// Whether these bytes are how a frame begins that was being written when the process or the
/// machine stopped: what a whole frame's room holds was damaged later.
bool is_torn(std::string_view rest) {
  const std::size_t magic = std::min(rest.size(), kFrameMagic.size());
  if (rest.substr(0, magic) != kFrameMagic.substr(0, magic)) return false;
  if (rest.size() < kFrameHeaderBytes) return true;
  ByteReader in(rest.substr(12));
  return in.fixed<std::uint32_t>() > rest.size() - kFrameHeaderBytes;
}

Result<void> tell(const Frame& frame, JournalWindow& window, JournalDecoder& decoder) {
  std::string unpacked;
  std::string_view payload = frame.stored;
  if (frame.raw_bytes > 0) {
    auto content = decompress(frame.stored, frame.raw_bytes, *window.before(frame.context));
    if (!content) return content.error();
    unpacked = *std::move(content);
    payload = unpacked;
  }
  window.add(payload, frame.context);
  return decoder.payload(payload);
}

std::string segment_path(const std::string& folder, std::uint64_t number) {
  return fmt::format("{}/{:010}{}", folder, number, kSuffix);
}

}  // namespace

std::optional<std::string_view> JournalWindow::before(Context context) const {
  if (context == Context::Alone) return std::string_view();
  return known_ ? std::optional<std::string_view>(bytes_) : std::nullopt;
}

void JournalWindow::add(std::string_view payload, Context context) {
  if (context == Context::Alone) {
    bytes_.clear();
    known_ = true;
  }
  bytes_ += payload.substr(payload.size() - std::min(payload.size(), kWindowBytes));
  if (bytes_.size() > kWindowBytes) bytes_.erase(0, bytes_.size() - kWindowBytes);
}

std::optional<SegmentHeader> read_segment_header(std::string_view bytes) {
  if (bytes.size() < kSegmentHeaderBytes || !bytes.starts_with(kSegmentMagic)) return std::nullopt;
  ByteReader in(bytes.substr(kSegmentMagic.size()));
  const auto version = in.fixed<std::uint32_t>();
  const auto checksum = in.fixed<std::uint32_t>();
  if (version != kVersion || checksum != crc32c(bytes.substr(16, 16))) return std::nullopt;
  SegmentHeader header;
  header.epoch = in.fixed<std::uint64_t>();
  header.number = in.fixed<std::uint64_t>();
  return header;
}

SegmentReplay replay_segment(std::string_view bytes, JournalSink& sink) {
  SegmentReplay replay;
  replay.header = read_segment_header(bytes);
  if (!replay.header) return replay;
  JournalDecoder decoder(sink);
  JournalWindow window;
  const auto lose = [&] {
    window.lost();
    decoder.lost();
  };
  std::size_t at = kSegmentHeaderBytes;
  std::uint32_t expected = 0;
  while (at < bytes.size()) {
    const auto frame = frame_at(bytes.substr(at));
    if (!frame) {
      // What follows the damage is looked for by its magic.
      std::size_t next = at;
      do next = bytes.find(kFrameMagic, next + 1);
      while (next != std::string_view::npos && !frame_at(bytes.substr(next)));
      if (next == std::string_view::npos) {
        if (is_torn(bytes.substr(at)))
          replay.torn_bytes = bytes.size() - at;
        else
          ++replay.damaged;
        break;
      }
      ++replay.damaged;
      at = next;
      lose();
      expected = frame_at(bytes.substr(at))->number;
      continue;
    }
    if (frame->number != expected) {  // Frames in between are gone without a trace.
      ++replay.damaged;
      lose();
    }
    expected = frame->number + 1;
    at += frame->bytes;
    if (!window.before(frame->context)) continue;  // Sound, but of no use without what was lost.
    if (tell(*frame, window, decoder)) {
      ++replay.frames;
    } else {
      ++replay.damaged;
      lose();
    }
  }
  return replay;
}

Result<std::string> encode_frame(std::string_view payload, std::uint32_t number,
                                 const JournalWindow& window, Context context,
                                 Compressor& compressor) {
  std::string packed;
  if (payload.size() >= kCompressFromBytes) {
    auto compressed = compressor.compress(payload, kCompressionLevel, *window.before(context));
    if (!compressed) return compressed;
    if (compressed->size() < payload.size()) packed = std::move(*compressed);
  }
  const std::string_view stored = packed.empty() ? payload : packed;
  std::string body;
  put_fixed<std::uint32_t>(body, number);
  put_fixed<std::uint32_t>(body, std::uint32_t(stored.size()));
  put_fixed<std::uint32_t>(body, (packed.empty() ? 0 : std::uint32_t(payload.size())) |
                                     (context == Context::Continues ? kContinues : 0));
  body += stored;
  std::string frame(kFrameMagic);
  put_fixed<std::uint32_t>(frame, crc32c(body));
  frame += body;
  return frame;
}

Result<std::vector<Segment>> list_segments(const std::string& folder) {
  std::vector<Segment> segments;
  std::error_code error;
  for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end;
       at.increment(error)) {
    const std::string name = at->path().filename().string();
    std::uint64_t number = 0;
    const auto [stop, bad] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (bad != std::errc() || std::string_view(stop) != kSuffix) continue;
    std::error_code ignored;
    segments.push_back({number, at->path().string(), at->file_size(ignored)});
  }
  if (error) return system_error("reading " + folder, error.value());
  std::sort(segments.begin(), segments.end(),
            [](const Segment& a, const Segment& b) { return a.number < b.number; });
  return segments;
}

Result<void> JournalWriter::write(std::uint64_t number, std::string_view payload, Timestamp newest,
                                  Context context) {
  if (!fd_ || segments_.back().number != number)
    if (auto begun = begin(number); !begun) return begun;
  if (!window_.before(context)) context = Context::Alone;
  const auto frame = encode_frame(payload, next_frame_, window_, context, compressor_);
  if (!frame) return frame.error();
  if (auto written = append(*frame); !written) return written;
  ++next_frame_;
  window_.add(payload, context);
  segments_.back().newest = std::max(segments_.back().newest, newest);
  return {};
}

Result<void> JournalWriter::begin(std::uint64_t number) {
  if (fd_) static_cast<void>(sync());
  const std::string path = segment_path(folder_, number);
  UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!fd) return system_error("creating " + path, errno);
  std::string body;
  put_fixed<std::uint64_t>(body, epoch_);
  put_fixed<std::uint64_t>(body, number);
  std::string header(kSegmentMagic);
  put_fixed<std::uint32_t>(header, kVersion);
  put_fixed<std::uint32_t>(header, crc32c(body));
  header += body;
  UniqueFd before = std::exchange(fd_, std::move(fd));
  if (segments_.empty() || segments_.back().number != number) segments_.push_back({number, path});
  segments_.back().bytes = 0;
  next_frame_ = 0;
  window_.lost();
  if (auto written = append(header); !written) {
    fd_.reset();  // The next write begins the segment again.
    return written;
  }
  // The new name must outlive a power cut too.
  const UniqueFd folder(::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder) ::fsync(folder.get());
  return {};
}

Result<void> JournalWriter::append(std::string_view bytes) {
  Segment& segment = segments_.back();
  std::string_view rest = bytes;
  while (!rest.empty()) {
    const ssize_t written = ::write(fd_.get(), rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      const int error = written == 0 ? ENOSPC : errno;
      // Half a frame would be damage in the middle; when cutting it off fails too, the reader
      // finds the next frame by its magic.
      if (::ftruncate(fd_.get(), off_t(segment.bytes)) == 0)
        ::lseek(fd_.get(), off_t(segment.bytes), SEEK_SET);
      return system_error("writing " + segment.path, error);
    }
    rest.remove_prefix(std::size_t(written));
  }
  segment.bytes += bytes.size();
  written_bytes_ += bytes.size();
  dirty_ = true;
  return {};
}

Result<void> JournalWriter::sync() {
  if (!fd_ || !dirty_) return {};
  if (::fdatasync(fd_.get()) != 0) return system_error("syncing " + segments_.back().path, errno);
  dirty_ = false;
  return {};
}

void JournalWriter::drop(std::uint64_t last, Timestamp cut) {
  std::erase_if(segments_, [&](const Segment& segment) {
    const bool current = fd_ && &segment == &segments_.back();
    if (current || segment.number > last || segment.newest > cut) return false;
    ::unlink(segment.path.c_str());
    return true;
  });
}

std::uint64_t JournalWriter::bytes() const {
  std::uint64_t bytes = 0;
  for (const Segment& segment : segments_) bytes += segment.bytes;
  return bytes;
}

}  // namespace lapwing::tsdb

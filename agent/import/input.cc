#include "agent/import/input.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace lapwing::import {
namespace {

constexpr std::size_t kBufferBytes = 128u << 10;
constexpr std::size_t kMagicBytes = 4;

}  // namespace

Result<Input> Input::open(const std::string& path) {
  if (path == "-") return Input(UniqueFd(::dup(STDIN_FILENO)));
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return system_error("open " + path, errno);
  struct stat about{};
  if (::fstat(fd.get(), &about) == 0 && S_ISDIR(about.st_mode))
    return invalid(path + " is a folder: a file of OpenMetrics text is wanted");
  return Input(std::move(fd));
}

Input::Input(UniqueFd fd) : fd_(std::move(fd)), buffer_(kBufferBytes, '\0') {
  struct stat about{};
  if (fd_ && ::fstat(fd_.get(), &about) == 0 && S_ISREG(about.st_mode))
    size_ = std::uint64_t(about.st_size);
  ::posix_fadvise(fd_.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
}

Result<void> Input::fill() {
  if (!packed_.empty() && packed_.data() != buffer_.data())
    std::memmove(buffer_.data(), packed_.data(), packed_.size());
  std::size_t held = packed_.size();
  while (held < buffer_.size()) {
    const ssize_t got = ::read(fd_.get(), buffer_.data() + held, buffer_.size() - held);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return unavailable(system_error("read", errno).message);
    ended_ = got == 0;
    held += std::size_t(got);
    position_ += std::uint64_t(got);
    // A pipe gives little at a time: what is there is passed on, once the magic can be told.
    if (ended_ || held >= kMagicBytes) break;
  }
  packed_ = {buffer_.data(), held};
  return {};
}

Result<std::size_t> Input::read(std::span<char> out) {
  if (out.empty()) return std::size_t{0};
  if (!started_) {
    started_ = true;
    if (auto filled = fill(); !filled) return std::move(filled).error();
    auto unpacker = unpacker_for({packed_.data(), packed_.size()});
    if (!unpacker) return std::move(unpacker).error();
    unpacker_ = std::move(*unpacker);
  }
  while (true) {
    if (packed_.empty() && !ended_)
      if (auto filled = fill(); !filled) return std::move(filled).error();
    if (unpacker_ == nullptr) {
      const std::size_t given = std::min(packed_.size(), out.size());
      std::memcpy(out.data(), packed_.data(), given);
      packed_ = packed_.subspan(given);
      return given;
    }
    // A full `out` may have left text inside the unpacker: it is asked once more at the end.
    const bool had_input = !packed_.empty();
    auto given = unpacker_->unpack(packed_, out);
    if (!given || *given > 0) return given;
    if (!had_input && ended_) {
      if (!unpacker_->complete()) return corrupt("the packed text is cut off");
      return std::size_t{0};
    }
  }
}

}  // namespace lapwing::import

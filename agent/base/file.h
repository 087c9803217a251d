// Files: descriptors that close themselves, whole-file reads, replacement in one step.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "agent/base/result.h"

namespace lapwing {

/// Owns a file descriptor and closes it.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept;
  ~UniqueFd() { reset(); }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  int release() { return std::exchange(fd_, -1); }
  void reset();

 private:
  int fd_ = -1;
};

inline constexpr std::size_t kDefaultFileLimitBytes = 64u << 20;

/// Reads a whole file, /proc files included (their size is not known in advance).
/// NoData when it does not exist, Invalid past `limit_bytes`.
Result<std::string> read_file(const std::string& path,
                              std::size_t limit_bytes = kDefaultFileLimitBytes);

/// The same into `out`, whose capacity is kept from call to call.
Result<void> read_file_into(const std::string& path, std::string& out,
                            std::size_t limit_bytes = kDefaultFileLimitBytes);

/// Replaces the file in one step: a reader sees the old content or the new, also after a crash.
Result<void> write_file_atomically(const std::string& path, std::string_view content);

/// Creates the folder and its parents (mode 0755) where missing.
Result<void> make_directories(const std::string& path);

}  // namespace lapwing

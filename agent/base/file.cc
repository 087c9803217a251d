#include "agent/base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

namespace lapwing {
namespace {

// Most of /proc fits; larger files grow by doubling.
constexpr std::size_t kFirstReadBytes = 16'384;

}  // namespace

UniqueFd& UniqueFd::operator=(UniqueFd&& other) noexcept {
  if (this != &other) {
    reset();
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

void UniqueFd::reset() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

Result<std::string> read_file(const std::string& path, std::size_t limit_bytes) {
  std::string content;
  if (auto read = read_file_into(path, content, limit_bytes); !read) return std::move(read).error();
  return content;
}

Result<void> read_file_into(const std::string& path, std::string& out, std::size_t limit_bytes) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return system_error("reading " + path, errno);
  std::size_t used = 0;
  if (out.size() < kFirstReadBytes) out.resize(kFirstReadBytes);
  while (true) {
    const ssize_t got = ::read(fd.get(), out.data() + used, out.size() - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error("reading " + path, errno);
    used += std::size_t(got);
    if (used > limit_bytes)
      return invalid(path + " is larger than " + std::to_string(limit_bytes) + " bytes");
    if (got == 0) break;
    if (used == out.size()) out.resize(out.size() * 2);
  }
  out.resize(used);
  return {};
}

Result<void> write_file_atomically(const std::string& path, std::string_view content) {
  const std::string temporary = path + ".tmp";
  {
    const UniqueFd fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (!fd) return system_error("writing " + temporary, errno);
    std::string_view rest = content;
    while (!rest.empty()) {
      const ssize_t written = ::write(fd.get(), rest.data(), rest.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return system_error("writing " + temporary, errno);
      rest.remove_prefix(std::size_t(written));
    }
    if (::fsync(fd.get()) != 0) return system_error("writing " + temporary, errno);
  }
  if (std::rename(temporary.c_str(), path.c_str()) != 0)
    return system_error("replacing " + path, errno);
  return {};
}

Result<void> make_directories(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) return system_error("creating " + path, error.value());
  return {};
}

}  // namespace lapwing

#include "collectors/proc_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace lapwing::collectors {
namespace {

constexpr std::size_t kFirstBufferBytes = 4096;
// The largest that is read this way is /proc/stat or /proc/vmstat of a host with 4,096 CPUs.
constexpr std::size_t kLimitBytes = 8u << 20;

Error read_error(const std::string& path, int error_number) {
  // A feature that is compiled in and switched off (pressure) answers EOPNOTSUPP.
  if (error_number == EOPNOTSUPP) return no_data("reading " + path + ": switched off");
  return system_error("reading " + path, error_number);
}

}  // namespace

Result<std::string_view> ProcFile::read() {
  if (!fd_) {
    fd_ = UniqueFd(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd_) return read_error(path_, errno);
  }
  if (buffer_.empty()) buffer_.resize(kFirstBufferBytes);
  std::size_t used = 0;
  while (true) {
    const ssize_t got =
        ::pread(fd_.get(), buffer_.data() + used, buffer_.size() - used, off_t(used));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      const int error_number = errno;
      fd_.reset();
      return read_error(path_, error_number);
    }
    used += std::size_t(got);
    if (got == 0) break;
    if (used < buffer_.size()) continue;
    if (used >= kLimitBytes) {
      fd_.reset();
      return invalid(path_ + " is larger than " + std::to_string(kLimitBytes) + " bytes");
    }
    buffer_.resize(buffer_.size() * 2);
  }
  return std::string_view(buffer_).substr(0, used);
}

Result<std::string> read_trimmed(const std::string& path) {
  Result<std::string> content = read_file(path, 64 * 1024);
  if (!content) return content;
  while (!content->empty() && (content->back() == '\n' || content->back() == ' '))
    content->pop_back();
  return content;
}

}  // namespace lapwing::collectors

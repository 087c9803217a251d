#include "collectors/services/kept_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace lapwing::collectors::services {

std::string_view KeptFile::read(std::string& buffer) {
  if (missing_) return {};
  if (!fd_) fd_ = UniqueFd(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
  std::size_t used = 0;
  while (fd_ && used < buffer.size()) {
    const ssize_t got = ::pread(fd_.get(), buffer.data() + used, buffer.size() - used, off_t(used));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fd_.reset();
    if (got <= 0) break;
    used += std::size_t(got);
  }
  if (!fd_) missing_ = true;
  return std::string_view(buffer).substr(0, fd_ ? used : 0);
}

}  // namespace lapwing::collectors::services

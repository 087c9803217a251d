#include "alerting/disk_reserve.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

namespace lapwing::alerting {
namespace {

/// Less is not worth asking for: a file system's usual block.
constexpr std::size_t kSmallestBytes = 4096;
constexpr std::size_t kBlockBytes = 512;  // of st_blocks (stat(2))

/// Real blocks from `from` on; where there is no room for them the file keeps its length.
bool grow(int file, std::size_t from, std::size_t by) {
  if (::posix_fallocate(file, off_t(from), off_t(by)) == 0) return true;
  // Some file systems have taken a part before they noticed. A length that cannot be taken back is
  // no harm: the next call goes on from where this one did.
  [[maybe_unused]] const int ignored = ::ftruncate(file, off_t(from));
  return false;
}

}  // namespace

DiskReserve::DiskReserve(std::string path, std::size_t bytes)
    : path_(std::move(path)), bytes_(bytes) {
  take_over();
}

void DiskReserve::take_over() {
  struct stat about{};
  if (::stat(path_.c_str(), &about) != 0) return;
  // A length without blocks behind it keeps nothing.
  held_ =
      std::min({std::size_t(about.st_size), std::size_t(about.st_blocks) * kBlockBytes, bytes_});
}

UniqueFd DiskReserve::open_file() const {
  return UniqueFd(::open(path_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
}

bool DiskReserve::disk_is_full() const {
  const UniqueFd file = open_file();
  if (!file) return true;
  const bool room = grow(file.get(), held_, bytes_);
  return ::ftruncate(file.get(), off_t(held_)) != 0 || !room;
}

bool DiskReserve::give_back() {
  if (held_ == 0) return false;
  const UniqueFd file = open_file();
  const std::size_t kept = held_ - std::min(held_, kReserveStepBytes);
  if (!file || ::ftruncate(file.get(), off_t(kept)) != 0) return false;
  held_ = kept;
  return true;
}

void DiskReserve::refill() {
  if (held_ >= bytes_) return;
  const UniqueFd file = open_file();
  if (!file) return;
  for (std::size_t step = bytes_ - held_; step >= kSmallestBytes && held_ < bytes_;) {
    step = std::min(step, bytes_ - held_);
    if (grow(file.get(), held_, step)) {
      held_ += step;
    } else {
      step /= 2;
    }
  }
}

}  // namespace lapwing::alerting

// SmallDisk: a folder on a file system of a few MiB in memory, for what happens when a disk is
// full. Mounting needs root: without it mounted() is false, and the test has nothing to show.
#pragma once

#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "tests/support/temporary_directory.h"

namespace lapwing::testing {

class SmallDisk {
 public:
  explicit SmallDisk(std::size_t bytes)
      : mounted_(::mount("tmpfs", folder_.path().c_str(), "tmpfs", 0,
                         ("size=" + std::to_string(bytes)).c_str()) == 0) {}
  ~SmallDisk() {
    if (mounted_) ::umount2(folder_.path().c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  bool mounted() const { return mounted_; }
  std::string operator/(std::string_view name) const { return folder_ / name; }

  /// Takes what room there is, to the last page.
  void fill() const {
    const int file = ::open((*this / "ballast").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    const std::vector<char> page(4096);
    while (file >= 0 && ::write(file, page.data(), page.size()) == ssize_t(page.size())) {
    }
    ::close(file);
  }
  /// Gives back what fill() took.
  void empty() const { ::unlink((*this / "ballast").c_str()); }

 private:
  TemporaryDirectory folder_;
  bool mounted_;
};

}  // namespace lapwing::testing

// KeptFile: a small file of /proc or /sys/fs/cgroup whose descriptor is kept, which makes a read
// five times cheaper. The buffer is the caller's: there are hundreds of these.
#pragma once

#include <string>
#include <string_view>

#include "agent/base/file.h"

namespace lapwing::collectors::services {

class KeptFile {
 public:
  explicit KeptFile(std::string path) : path_(std::move(path)) {}

  /// The content, in `buffer` up to its size; longer content is cut. Empty when it cannot be read:
  /// then the file is not tried again before retry().
  std::string_view read(std::string& buffer);
  /// Tries a file again that could not be read: controllers are switched on and off.
  void retry() { missing_ = false; }
  bool missing() const { return missing_; }

 private:
  const std::string path_;
  UniqueFd fd_;
  bool missing_ = false;
};

}  // namespace lapwing::collectors::services

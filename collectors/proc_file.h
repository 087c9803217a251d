// ProcFile: a file of /proc or /sys that is read again and again: the descriptor and the buffer
// are kept, which costs a fifth of opening anew (proc(5): reading at 0 makes the content anew).
#pragma once

#include <string>
#include <string_view>

#include "agent/base/file.h"
#include "agent/base/result.h"

namespace lapwing::collectors {

class ProcFile {
 public:
  explicit ProcFile(std::string path) : path_(std::move(path)) {}

  /// The whole content; valid until the next call. NoData when the file does not exist or the
  /// kernel has the feature switched off. After a failure the next call opens the file anew.
  Result<std::string_view> read();
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  UniqueFd fd_;
  std::string buffer_;
};

/// A file of one number, such as those of /sys; NoData when it is missing.
Result<std::string> read_trimmed(const std::string& path);

}  // namespace lapwing::collectors

// DiskReserve: room on a disk that is kept for one writer, as a file of real blocks beside what it
// writes. When the disk is full the room is given back a little at a time, so that whoever filled
// the disk cannot take all of it at once, and taken again as soon as there is some.
#pragma once

#include <cstddef>
#include <string>

#include "agent/base/file.h"

namespace lapwing::alerting {

/// What give_back() frees: several commits of the usual size.
inline constexpr std::size_t kReserveStepBytes = 64 * 1024;

/// One thread at a time. Its calls block as long as the disk does.
class DiskReserve {
 public:
  /// Takes over what the file at `path` still holds; takes no room until refill().
  DiskReserve(std::string path, std::size_t bytes);

  /// Room that is kept now.
  std::size_t held() const { return held_; }
  /// Whether the disk cannot give as much as the whole reserve any more: only then can a failed
  /// write be mended by give_back().
  bool disk_is_full() const;
  /// Frees kReserveStepBytes, or what is left of them; false when nothing is.
  bool give_back();
  /// Takes what the disk can give, up to the whole; does nothing when it is whole.
  void refill();

 private:
  /// The file, made when it is missing; none when that fails.
  UniqueFd open_file() const;
  void take_over();

  std::string path_;
  std::size_t bytes_ = 0;
  std::size_t held_ = 0;
};

}  // namespace lapwing::alerting

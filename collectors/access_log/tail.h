// Tail: one log file as it grows, line by line, through rotation by renaming, by copying and
// truncating, and over a restart of ours. What cannot be known is lost and not guessed: what was
// written and truncated between two looks, unless a copy beside the file has it.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "agent/base/file.h"
#include "agent/base/result.h"

namespace lapwing::collectors::access_log {

/// Where a file was left: enough to know it again.
struct Position {
  std::uint64_t inode = 0;
  std::uint64_t offset = 0;
  std::string head{};  ///< its first bytes, up to kHeadBytes
};

struct TailCounts {
  std::uint64_t rotations = 0;    ///< renamed: another file stands there
  std::uint64_t truncations = 0;  ///< cut: it begins anew
  std::uint64_t long_lines = 0;   ///< left out
};

/// Used by one thread at a time.
class Tail {
 public:
  using Line = std::function<void(std::string_view line)>;
  using Instant = std::chrono::nanoseconds;

  static constexpr std::size_t kHeadBytes = 256;
  static constexpr std::size_t kLineLimitBytes = 64 * 1024;
  /// What one look reads at most; the rest is for the next.
  static constexpr std::size_t kLookLimitBytes = 64u << 20;
  /// How long a file that was renamed is read on: its writer may not have noticed yet.
  static constexpr std::chrono::seconds kLinger{60};
  static constexpr std::size_t kLingeringLimit = 4;

  /// `from`: where it was left before; nothing: begins at the file's end.
  Tail(std::string path, std::optional<Position> from);

  /// Reads what has come. NoData: there is no such file now (what lingers is read all the same).
  Result<void> look(Instant now, const Line& line);

  /// Nothing while no file is open.
  std::optional<Position> position() const;
  const TailCounts& counts() const { return counts_; }
  /// What is written and not read yet, as of the newest look.
  std::uint64_t behind_bytes() const { return behind_bytes_; }

 private:
  struct File {
    UniqueFd fd;
    std::uint64_t inode = 0;
    std::uint64_t offset = 0;
    std::string head;
    std::string partial;    ///< the beginning of a line whose end has not come
    bool skipping = false;  ///< within a line that is too long
    Instant until{};        ///< lingering files: when they go
  };

  Result<File> open(const std::string& path) const;
  Result<void> open_first(const Line& line);
  void recover_rest(File& lost, const Line& line);
  void notice_truncation(File& file, const Line& line);
  void read_on(File& file, const Line& line);
  void feed(File& file, std::string_view bytes, const Line& line);
  void take_line(File& file, std::string_view line, const Line& sink);

  const std::string path_;
  std::optional<Position> from_;
  bool started_ = false;
  std::optional<File> file_;
  std::deque<File> lingering_;
  std::size_t budget_ = 0;  // bytes that this look may still read
  std::uint64_t behind_bytes_ = 0;
  TailCounts counts_;
};

}  // namespace lapwing::collectors::access_log

// SpaceReader: statfs(2) of many mounts, of which some may never answer (a dead network mount).
// One that does not answer costs its thread and its own figures alone, and is left alone until it
// comes back.
#pragma once

#include <sys/vfs.h>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "collectors/slow_lane.h"

namespace lapwing::collectors::host {

struct SpaceAnswer {
  enum class State {
    Unasked,  ///< too many others hang
    Hangs,
    Answered,
  };
  State state = State::Unasked;
  int error_number = 0;  ///< of statfs; 0: `space` is valid
  struct statfs space{};
};

/// Used by one thread at a time; that thread never makes the call itself.
class SpaceReader {
 public:
  /// Runs on a thread of its own and may outlive the reader: it must own what it touches.
  using Ask = std::function<SpaceAnswer(const std::string& path)>;

  static constexpr std::chrono::milliseconds kPatience{1000};
  /// One round waits this long at most: what is not asked by then is not asked in this round.
  static constexpr int kHangsInRound = 8;

  explicit SpaceReader(Ask ask = ask_kernel, std::chrono::milliseconds patience = kPatience);
  ~SpaceReader();

  /// One answer a path, in the order of the paths. Takes up to kHangsInRound times the patience.
  std::vector<SpaceAnswer> read(const std::vector<std::string>& paths);
  /// Paths that hang.
  std::size_t hanging() const { return hanging_.size(); }

  static SpaceAnswer ask_kernel(const std::string& path);

 private:
  struct Round;
  void forget_returned();
  bool run(const std::shared_ptr<Round>& round);

  const Ask ask_;
  const std::chrono::milliseconds patience_;
  std::map<std::string, std::shared_ptr<Round>> hanging_;  // by path: the round that waits for it
  SlowLane lane_;
};

}  // namespace lapwing::collectors::host

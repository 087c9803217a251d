// Watermark: tells consumers when the samples of a tick are in the store, so that a rule due at
// T is evaluated at T as soon as every source due at T has committed.
#pragma once

#include <functional>
#include <map>
#include <mutex>

#include "agent/base/time.h"

namespace lapwing {

/// Any thread.
class Watermark {
 public:
  /// `changed` is called, without any lock held, whenever complete() may have become true.
  void on_change(std::function<void()> changed);

  /// One source will commit for `due`.
  void expect(Timestamp due);
  /// That source has committed, or failed: it is waited for no longer.
  void commit(Timestamp due);
  /// Every source due at or before `due` has been announced by expect().
  void advance(Timestamp due);

  /// Whether all that is due at or before `due` has been announced and has committed.
  bool complete(Timestamp due) const;

 private:
  void notify();

  mutable std::mutex mutex_;
  std::map<Timestamp, int> outstanding_;    // guarded by mutex_
  Timestamp announced_ = kBeginningOfTime;  // guarded by mutex_
  std::function<void()> changed_;           // guarded by mutex_
};

}  // namespace lapwing

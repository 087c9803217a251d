// What Notifier keeps apart from its decisions; private to it.
#pragma once

#include "alerting/notifier.h"

namespace lapwing::alerting {

/// One answer an integration is under way at most; this many integrations are far off.
inline constexpr std::size_t kAnswerLimit = 65536;

/// Where answers arrive from the client's thread, also after the Notifier has gone.
struct Notifier::Mailbox {
  BoundedQueue<Answer> answers{kAnswerLimit};
  std::mutex mutex;
  std::function<void()> wake;  // guarded by mutex

  void ring() {
    std::function<void()> call;
    {
      const std::lock_guard lock(mutex);
      call = wake;
    }
    if (call) call();
  }
};

struct Notifier::Counts {
  metrics::Counter delivered;
  metrics::Counter failed;
  metrics::Counter repeated;
  ReceiverStatus status;
};

}  // namespace lapwing::alerting

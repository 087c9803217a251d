// Mailbox: how workers and event streams reach the acceptor's thread: a list and an eventfd.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "agent/base/file.h"
#include "agent/http/answer.h"

namespace lapwing::http {

class StreamBuffer;

/// Names one connection for the life of the process, so that an answer for one that has gone
/// never reaches another.
using ConnectionId = std::uint64_t;

struct Letter {
  ConnectionId connection = 0;
  Answer answer;                         ///< empty head: the connection's stream has news
  std::shared_ptr<StreamBuffer> stream;  ///< set: an event stream begins with this answer
};

/// Shared by the acceptor, the workers and every event stream, whoever lives longest.
class Mailbox {
 public:
  Mailbox();

  /// Any thread.
  void post(Letter letter);
  /// Wakes the acceptor without a letter. Any thread.
  void wake();
  /// The acceptor's thread: all letters, oldest first; makes `fd` unreadable again.
  std::vector<Letter> collect();
  /// Readable while there is something to collect.
  int fd() const { return event_.get(); }

  /// How many event streams are open, all connections together.
  std::atomic<std::size_t> streams{0};
  /// Bytes of the request bodies that wait for workers or are with them.
  std::atomic<std::size_t> request_bytes{0};

 private:
  UniqueFd event_;
  std::mutex mutex_;
  std::vector<Letter> letters_;  // guarded by mutex_
};

}  // namespace lapwing::http

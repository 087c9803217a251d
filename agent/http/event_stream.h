// StreamBuffer: an event stream between its sender (any thread) and the acceptor, which writes it.
// Wire form: WHATWG HTML, server-sent events.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "agent/http/mailbox.h"
#include "agent/http/message.h"

namespace lapwing::http {

class StreamBuffer final : public EventStream {
 public:
  /// Counts itself in `mailbox->streams` until it is closed.
  StreamBuffer(std::shared_ptr<Mailbox> mailbox, ConnectionId connection, std::size_t limit_bytes);
  ~StreamBuffer() override;

  bool send(std::string_view data) override;
  bool open() const override;

  /// The acceptor's side. What was queued since the last call, or "" when nothing was; from then
  /// on those bytes count against the limit until `written` tells that they have left.
  std::string take();
  void written();
  /// No more events; send() is false from now on.
  void close();
  /// The sender's side: closes and has the acceptor drop the connection.
  void abandon();

 private:
  const std::shared_ptr<Mailbox> mailbox_;
  const ConnectionId connection_;
  const std::size_t limit_bytes_;
  mutable std::mutex mutex_;
  std::string queued_;         // guarded by mutex_
  std::size_t in_flight_ = 0;  // guarded by mutex_: taken, not yet written
  bool announced_ = false;     // guarded by mutex_: a letter is under way
  bool open_ = true;           // guarded by mutex_
};

/// "data: …\n\n"; data with line breaks becomes one data line each, as the format demands.
std::string event_text(std::string_view data);

}  // namespace lapwing::http

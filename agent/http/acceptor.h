// Acceptor: the epoll loop that owns all sockets: accepts, reads, writes, times out, refuses.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "agent/base/file.h"
#include "agent/base/log.h"
#include "agent/base/time.h"
#include "agent/http/connection.h"
#include "agent/http/mailbox.h"
#include "agent/http/server.h"
#include "agent/http/server_metrics.h"

namespace lapwing::http {

class Acceptor {
 public:
  /// Hands a complete request to the workers; "" when they took it, else which queue is full, for
  /// the metric's label.
  using Submit = std::function<std::string_view(ConnectionId, RawRequest, const std::string& peer)>;

  /// Everything must outlive it.
  Acceptor(const ServerOptions& options, std::vector<UniqueFd> listeners,
           std::shared_ptr<Mailbox> mailbox, Submit submit, ServerMetrics& metrics,
           const Clock& clock, Log& log);
  ~Acceptor();

  /// False when the kernel had no descriptors for it: then it cannot be used.
  bool usable() const { return bool(epoll_) && mailbox_->fd() >= 0; }

  /// Waits for events and deals with them, once. False when stopping has come to its end.
  /// Always on the same thread.
  bool turn();
  /// No more connections and requests; turn() is false when the last answer has been written, or
  /// `patience` later. Any thread.
  void stop(Duration patience);

 private:
  struct Entry {
    std::unique_ptr<Connection> connection;
    std::uint32_t events = 0;   ///< what epoll waits for now
    std::size_t buffered = 0;   ///< this connection's part of buffered_
    bool counted = false;       ///< against its peer's limit
    bool stays_watched = true;  ///< while a worker is at its request
  };

  void watch(int fd, std::uint64_t token);
  void pause_listening(Instant now);
  void resume_listening();
  void accept_some(int listener, Instant now);
  void add(UniqueFd socket, std::string peer, Instant now);
  void on_event(ConnectionId id, std::uint32_t events, Instant now);
  void read_mail(Instant now);
  void settle(ConnectionId id, Entry& entry, Instant now);
  void remove(ConnectionId id, Entry& entry);
  void check_deadlines(Instant now);
  void begin_stop();
  int timeout_millis(Instant now) const;

  const ServerOptions& options_;
  std::vector<UniqueFd> listeners_;
  const std::shared_ptr<Mailbox> mailbox_;
  const Submit submit_;
  ServerMetrics& metrics_;
  const Clock& clock_;
  Log& log_;
  UniqueFd epoll_;
  ConnectionId next_id_;
  std::unordered_map<ConnectionId, Entry> connections_;
  std::unordered_map<std::string, std::size_t> by_peer_;
  std::size_t buffered_ = 0;
  Instant next_deadline_ = Instant::max();
  Instant listen_again_ = Instant::max();  ///< after the process ran out of descriptors
  std::vector<char> scratch_;
  std::atomic<Instant::rep> stop_by_;  ///< Instant::max() until stop()
  bool stopping_ = false;
};

}  // namespace lapwing::http

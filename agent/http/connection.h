// Connection: one peer's socket and where it stands: reading a request, waiting for a worker,
// writing the answer, streaming events, lingering before the close. No thread, no clock: the
// acceptor calls it with the time; tests do the same on a socket pair.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "agent/base/file.h"
#include "agent/http/answer.h"
#include "agent/http/request_reader.h"
#include "agent/http/server.h"
#include "agent/http/server_metrics.h"

namespace lapwing::http {

class StreamBuffer;

/// Monotonic time.
using Instant = std::chrono::nanoseconds;

class Connection {
 public:
  enum class Phase { Reading, Ready, Working, Writing, Streaming, Lingering, Closed };

  /// `socket` is non-blocking; `options` and `metrics`, which counts what is refused or cut off,
  /// must outlive the connection.
  Connection(UniqueFd socket, std::string peer, const ServerOptions& options,
             ServerMetrics& metrics, Instant now);
  ~Connection();

  Phase phase() const { return phase_; }
  const std::string& peer() const { return peer_; }
  int fd() const { return socket_.get(); }

  /// What to wait for: EPOLLIN, EPOLLOUT, EPOLLRDHUP, several or none.
  std::uint32_t wanted_events() const;
  /// When on_time is due; Instant::max() for never.
  Instant deadline() const { return deadline_; }
  /// Bytes held: of requests that are being read and of the answer.
  std::size_t buffered_bytes() const;

  /// The socket can be read; `buffer` is scratch.
  void on_readable(std::span<char> buffer, Instant now);
  void on_writable(Instant now);
  /// Closes or refuses what is overdue; a stream gets its comment line.
  void on_time(Instant now);
  /// The peer has gone for both directions.
  void on_hangup() { close(); }
  /// The peer sends nothing more: who closed its end while a worker is at the request does not
  /// wait for the answer (as Go's net/http, and so Prometheus, takes it).
  void on_peer_finished();

  /// Only when Ready: the request leaves for a worker; Working after it.
  RawRequest take_request();
  /// Only when Working or Reading: writes on, then reads the next request or closes.
  void answer(Answer answer, Instant now);
  /// Writes the answer's head, then events until either side ends it. Only when Working.
  void begin_stream(Answer answer, std::shared_ptr<StreamBuffer> stream, Instant now);
  /// The stream has events, or has been closed by its sender.
  void on_stream_news(Instant now);
  /// Answers with a refusal and closes; `reason` is counted. Not while Writing or Streaming.
  void refuse(int status, std::string_view reason, std::string_view message, Instant now);
  /// No further request after the one under way.
  void finish_soon() { last_request_ = true; }
  void close();

 private:
  void use(std::string_view bytes, Instant now);
  bool is_abandoned() const;
  void after_reading(Instant now);
  void set_reading_deadline(Instant now);
  void write_on(Instant now);
  void after_writing(Instant now);
  void linger(Instant now);
  void load_events(Instant now);
  bool read_and_drop(std::span<char> buffer);

  UniqueFd socket_;
  const std::string peer_;
  const ServerOptions& options_;
  ServerMetrics& metrics_;
  RequestReader reader_;
  Phase phase_ = Phase::Reading;
  RequestReader::State reader_state_ = RequestReader::State::Empty;
  bool served_ = false;  ///< at least one answer: what follows is keep-alive
  bool last_request_ = false;
  std::shared_ptr<std::atomic<bool>> abandoned_;  ///< of the request that a worker has
  std::string pipelined_;  ///< bytes of the next requests, read together with this one's
  Answer answer_;
  std::size_t written_ = 0;   ///< of head and body
  std::size_t progress_ = 0;  ///< `written_` when the write deadline was last moved
  std::shared_ptr<StreamBuffer> stream_;
  Instant deadline_ = Instant::max();
};

}  // namespace lapwing::http

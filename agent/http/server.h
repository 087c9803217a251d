// Server: an epoll acceptor of our own reads whole requests within limits; only complete ones
// reach a worker, where cpp-httplib parses and answers them (agent/decisions says why).
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "agent/base/log.h"
#include "agent/base/result.h"
#include "agent/base/time.h"
#include "agent/http/message.h"
#include "agent/http/router.h"
#include "agent/metrics/registry.h"

namespace lapwing::http {

struct ServerOptions {
  std::string host = "127.0.0.1";
  int port = 5279;  ///< 0: the kernel chooses
  int workers = 2;
  int query_workers = 2;  ///< of routes of Lane::Queries: so many are answered at once
  std::size_t connection_limit = 512;
  std::size_t connection_limit_per_peer = 128;
  std::size_t head_limit_bytes = 32 * 1024;
  std::size_t body_limit_bytes = 32u << 20;
  std::size_t event_stream_limit = 64;
  std::size_t event_buffer_limit_bytes = 1u << 20;
  std::size_t queue_limit = 128;                ///< complete requests that wait for a worker
  std::size_t query_queue_limit = 64;           ///< the same for those of Lane::Queries
  std::size_t buffer_limit_bytes = 256u << 20;  ///< requests and answers of all connections
  Duration head_timeout = 10s;                  ///< from the first byte to the end of the head
  Duration body_timeout = 60s;
  Duration idle_timeout = 120s;           ///< keep-alive
  Duration write_timeout = 60s;           ///< for each 64 KiB of an answer
  Duration event_comment_interval = 15s;  ///< finds event streams whose peer has gone silently
};

/// Parses "HOST:PORT", ":PORT", "[::1]:PORT". Invalid otherwise.
Result<std::pair<std::string, int>> parse_listen_address(const std::string& text);

/// Handlers run on worker threads, several at once, and must not throw.
class Server {
 public:
  /// Binds and listens; nobody is answered before start(). Unavailable when the port is in use
  /// (the message names the address and what to do).
  static Result<std::unique_ptr<Server>> listen(ServerOptions options, Log& log,
                                                metrics::Registry& registry);
  ~Server();

  /// Before start(). `path` is exact, or has segments `*` that stand for one segment each
  /// ("/api/v1/label/*/values"). HEAD is answered by GET's handler. Wrong methods give 405. The
  /// lane is the path's, whatever the method.
  void route(const std::string& method, const std::string& path, Handler handler,
             Lane lane = Lane::Quick);

  void start();
  /// Stops accepting, waits up to 5 s for running handlers, closes every connection.
  /// A handler that is still running then is waited for by the destructor. Calling it twice is
  /// harmless; so is not calling it: the destructor does.
  void stop();
  /// The port that is listened on.
  int port() const;

 private:
  class Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace lapwing::http

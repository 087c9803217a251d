// Requests and responses, as handlers see them.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lapwing::http {

using Pairs = std::vector<std::pair<std::string, std::string>>;

struct Request {
  std::string method;  ///< "GET", "POST", …
  std::string path;    ///< decoded, without the query
  Pairs parameters;    ///< of a form body, then of the query, decoded, in order
  Pairs headers;       ///< as received
  std::string body;
  std::string remote_address;               ///< the peer's address, never a header's word
  std::vector<std::string> path_arguments;  ///< what the `*` of the route stood for
  /// Set while the handler runs when the peer has hung up: nobody waits for the answer. May be
  /// null.
  std::shared_ptr<const std::atomic<bool>> abandoned{};

  /// The first parameter of that name, or "".
  std::string_view parameter(std::string_view name) const;
  bool has_parameter(std::string_view name) const;
  std::vector<std::string> parameters_named(std::string_view name) const;
  /// Names compare without case; "" when missing.
  std::string_view header(std::string_view name) const;
};

/// A server-sent event stream (text/event-stream) that the acceptor's thread writes.
class EventStream {
 public:
  virtual ~EventStream() = default;
  /// Queues one event's data (no line breaks); false when the peer has gone or reads too slowly
  /// for its buffer (the stream is then closed). Any thread.
  virtual bool send(std::string_view data) = 0;
  virtual bool open() const = 0;
};

struct Response;
/// Takes an answer that comes late: once, on any thread, also after the server has gone.
using Respond = std::function<void(Response)>;

struct Response {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  Pairs headers{};
  /// `body` is gzip already (embedded assets): sent as it is to those who accept it, unpacked
  /// for the others.
  bool gzipped = false;
  /// When set, the answer is an event stream; called once, on a worker, when it is open.
  std::function<void(std::shared_ptr<EventStream>)> on_stream{};
  /// When set, the answer comes later and all else here is left aside: called once, on a worker,
  /// which is free as soon as it returns. The request's connection waits; its number is limited.
  std::function<void(Respond)> later{};
};

Response text_response(int status, std::string body);
Response json_response(int status, std::string body);

using Handler = std::function<Response(const Request&)>;

}  // namespace lapwing::http

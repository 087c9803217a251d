// Adapter: one complete request → an answer, through cpp-httplib on a stream in memory.
// The only user of httplib.h. What cpp-httplib 0.11.4 does badly is kept from it: bodies and
// lengths, compression, ranges, query strings and forms, routing, exceptions.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "agent/base/log.h"
#include "agent/http/answer.h"
#include "agent/http/message.h"
#include "agent/http/request_reader.h"
#include "agent/http/router.h"

namespace lapwing::http {

struct Handled {
  Answer answer;
  int status = 500;
  std::string route;  ///< as it was added; "" when none fitted
  std::function<void(std::shared_ptr<EventStream>)> on_stream;  ///< set: an event stream begins
  /// Set: the answer comes later, and is brought into its form by handle() with `request`.
  std::function<void(Respond)> later;
  RawRequest request;
};

/// One thread at a time: each worker has its own. `router` and `log` must outlive it.
class Adapter {
 public:
  Adapter(const Router& router, Log& log);
  ~Adapter();

  /// `ready`: the answer to a request whose handler has been asked before.
  Handled handle(RawRequest request, const std::string& peer,
                 std::optional<Response> ready = std::nullopt);

 private:
  class Parser;
  std::unique_ptr<Parser> parser_;
};

}  // namespace lapwing::http

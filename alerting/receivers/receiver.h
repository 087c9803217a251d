// Receiver: one way to tell someone. A file a kind; registry.cc has the table.
#pragma once

#include <functional>
#include <string>

#include "agent/http/client.h"
#include "alerting/notify/notification.h"

namespace lapwing::alerting {

class TemplateSet;

enum class DeliveryOutcome {
  Delivered,
  Retry,     ///< the receiver is away or in trouble: again soon, with back-off
  Rejected,  ///< it will refuse this again: wait for the group's next interval
};

struct DeliveryResult {
  DeliveryOutcome outcome = DeliveryOutcome::Delivered;
  std::string error;       ///< the receiver's own words; empty when delivered
  Duration retry_after{};  ///< how long it asks to be left alone (Retry-After); zero: it does not
  std::string receipt{};   ///< of what it took: its answer, in short
};

/// http::Client::send, or a test's own.
using HttpSender = std::function<void(http::ClientRequest, http::ClientCallback)>;

/// What a sending needs beside the notification. Lives until send() returns.
struct DeliveryContext {
  const std::string& external_url;  ///< without a slash at its end
  const TemplateSet& templates;
  const HttpSender& http;
  Timestamp now{};
};

/// Immutable.
class Receiver {
 public:
  using Done = std::function<void(DeliveryResult)>;

  virtual ~Receiver() = default;
  /// "webhook".
  virtual std::string_view kind() const = 0;
  /// Whether it wants to hear that alerts ended.
  virtual bool send_resolved() const = 0;
  /// Must not block. `done` is called once, on any thread, also before send() returns.
  virtual void send(const Notification& notification, const DeliveryContext& context,
                    Done done) const = 0;
};

}  // namespace lapwing::alerting

// PostReceiver: what all receivers that POST one body to a service have in common.
#pragma once

#include <string>

#include "agent/config/mapping.h"
#include "alerting/receivers/globals.h"
#include "alerting/receivers/http_config.h"
#include "alerting/receivers/texts.h"

namespace lapwing::alerting {

class PostReceiver : public Receiver {
 public:
  std::string_view kind() const final { return options_.kind; }
  bool send_resolved() const final { return options_.send_resolved; }
  void send(const Notification& notification, const DeliveryContext& context,
            Done done) const final;

  struct Options {
    std::string_view kind;
    bool send_resolved = true;
    std::uint64_t max_alerts = 0;  ///< that the texts see; 0: all
    Duration timeout = 10s;
    HttpConfig http{};
  };
  struct Post {
    std::string url;
    std::string body;
    std::string content_type = "application/json";
    http::Pairs headers{};
  };

  /// Reads send_resolved and http_config, which without it is the one of `globals`.
  static Options read_options(config::Mapping& map, const ReceiverGlobals& globals,
                              std::string_view kind, bool send_resolved);

 protected:
  explicit PostReceiver(Options options) : options_(std::move(options)) {}

 private:
  /// The request. An error means that a secret cannot be had now; a text that cannot be expanded
  /// is told by `texts`.
  virtual Result<Post> compose(const Notification& notification, const DeliveryContext& context,
                               Texts& texts) const = 0;
  /// What says of a 2xx answer whether the service took the message; must not need `this`.
  virtual JudgeBody judge_body() const { return &accepted; }

  const Options options_;
};

}  // namespace lapwing::alerting

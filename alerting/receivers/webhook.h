// Webhook receiver: POSTs Alertmanager's JSON, version "4"
// (prometheus.io/docs/alerting/latest/configuration/#webhook_config).
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "agent/config/mapping.h"
#include "alerting/receivers/receiver.h"

namespace lapwing::alerting {

struct WebhookOptions {
  config::Secret url;
  std::string url_file;  ///< read at each sending when `url` is empty
  bool send_resolved = true;
  std::uint64_t max_alerts = 0;  ///< 0: all
  Duration timeout = 10s;
  std::string username;  ///< basic authorisation
  config::Secret password;
  std::string password_file;
  std::string authorization_type;  ///< "Bearer" unless set
  config::Secret credentials;
  std::string credentials_file;
  std::string ca_file;
  bool verify_tls = true;
  bool follow_redirects = true;
};

/// Reads one map of the list below `webhook_configs`.
WebhookOptions read_webhook_options(config::Mapping& map);

/// The body. At most `max_alerts` alerts (0: all), the rest is counted in it.
std::string webhook_payload(const Notification& notification, const std::string& external_url,
                            std::uint64_t max_alerts);

class WebhookReceiver final : public Receiver {
 public:
  explicit WebhookReceiver(WebhookOptions options) : options_(std::move(options)) {}

  std::string_view kind() const override { return "webhook"; }
  bool send_resolved() const override { return options_.send_resolved; }
  Duration timeout() const override { return options_.timeout; }
  void send(const Notification& notification, const std::string& external_url,
            const HttpSender& http, Done done) const override;

 private:
  Result<http::ClientRequest> request() const;

  const WebhookOptions options_;
};

}  // namespace lapwing::alerting

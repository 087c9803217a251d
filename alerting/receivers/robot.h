// Robot: what the group robots of DingTalk and Feishu are told in a configuration: where they
// listen, the secret that signs, a title and a text.
#pragma once

#include "agent/config/mapping.h"
#include "alerting/receivers/http_config.h"
#include "alerting/template/template_set.h"

namespace lapwing::alerting {

struct Robot {
  SecretText url{};
  SecretText secret{};  ///< empty: messages are not signed
  NotificationTemplate title{}, text{};

  /// Unavailable when it cannot be had now.
  Result<std::string> reveal_url() const;
  Result<std::string> reveal_secret() const;
};

/// Reads webhook_url, secret, title and text.
Robot read_robot(config::Mapping& map);

}  // namespace lapwing::alerting

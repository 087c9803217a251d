// What Alertmanager's `global` section says for all receivers of a kind.
#pragma once

#include <string>

#include "agent/config/mapping.h"
#include "alerting/receivers/http_config.h"

namespace lapwing::alerting {

struct MailServer {
  std::string smarthost{};  ///< host:port
  std::string from{};
  std::string hello = "localhost";
  std::string username{};
  SecretText password{};
  SecretText secret{};  ///< for CRAM-MD5
  std::string identity{};
  bool require_tls = true;
  bool implicit_tls = false;
  http::TlsOptions tls{};
};

struct ReceiverGlobals {
  /// An alert from elsewhere that has no end, and that nobody tells again, ends after this.
  Duration resolve_timeout = 5min;
  HttpConfig http{};  ///< of receivers that have none of their own
  MailServer mail{};
  SecretText slack_api_url{};
  std::string pagerduty_url = "https://events.pagerduty.com/v2/enqueue";
  std::string telegram_api_url = "https://api.telegram.org";
  SecretText telegram_bot_token{};
  std::string wechat_api_url = "https://qyapi.weixin.qq.com/cgi-bin/";
  SecretText wechat_api_secret{};
  std::string wechat_api_corp_id{};
};

/// Reads the receivers' keys of `global`; marks as not served what belongs to receivers that are
/// none here.
ReceiverGlobals read_receiver_globals(config::Mapping& global);

}  // namespace lapwing::alerting

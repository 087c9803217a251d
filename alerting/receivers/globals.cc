#include "alerting/receivers/globals.h"

namespace lapwing::alerting {

ReceiverGlobals read_receiver_globals(config::Mapping& global) {
  ReceiverGlobals globals;
  globals.resolve_timeout = global.duration("resolve_timeout", globals.resolve_timeout);
  globals.http = read_http_config(global);
  MailServer& mail = globals.mail;
  mail.smarthost = global.string("smtp_smarthost");
  mail.from = global.string("smtp_from");
  mail.hello = global.string("smtp_hello", mail.hello);
  mail.username = global.string("smtp_auth_username");
  mail.password = read_secret(global, "smtp_auth_password");
  mail.secret = read_secret(global, "smtp_auth_secret");
  mail.identity = global.string("smtp_auth_identity");
  mail.require_tls = global.flag("smtp_require_tls", mail.require_tls);
  mail.implicit_tls = global.flag("smtp_force_implicit_tls", mail.implicit_tls);
  global.section("smtp_tls_config",
                 [&](config::Mapping& tls) { mail.tls = read_tls_options(tls); });
  globals.slack_api_url = read_secret(global, "slack_api_url");
  globals.pagerduty_url = global.string("pagerduty_url", globals.pagerduty_url);
  globals.telegram_api_url = global.string("telegram_api_url", globals.telegram_api_url);
  globals.telegram_bot_token = read_secret(global, "telegram_bot_token");
  globals.wechat_api_url = global.string("wechat_api_url", globals.wechat_api_url);
  globals.wechat_api_secret = read_secret(global, "wechat_api_secret");
  globals.wechat_api_corp_id = global.string("wechat_api_corp_id");
  global.not_served({"slack_app_token", "slack_app_token_file", "slack_app_url", "opsgenie_api_key",
                     "opsgenie_api_key_file", "opsgenie_api_url", "victorops_api_key",
                     "victorops_api_key_file", "victorops_api_url", "webex_api_url",
                     "rocketchat_api_url", "rocketchat_token", "rocketchat_token_file",
                     "rocketchat_token_id", "rocketchat_token_id_file", "jira_api_url",
                     "mattermost_webhook_url", "mattermost_webhook_url_file"});
  return globals;
}

}  // namespace lapwing::alerting

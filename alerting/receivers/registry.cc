#include "alerting/receivers/registry.h"

#include "alerting/receivers/kinds.h"

namespace lapwing::alerting {
namespace {

struct Kind {
  std::string_view key;
  ReceiverPointer (*read)(config::Mapping&, const ReceiverGlobals&);
};

constexpr Kind kKinds[] = {
    {"webhook_configs", read_webhook},
    {"email_configs", read_email},
    {"slack_configs", read_slack},
    {"pagerduty_configs", read_pagerduty},
    {"telegram_configs", read_telegram},
    {"discord_configs", read_discord},
    {"msteams_configs", read_msteams},
    {"msteamsv2_configs", read_msteamsv2},
    {"pushover_configs", read_pushover},
    {"wechat_configs", read_wechat},
    // Ours: Alertmanager knows none of them.
    {"dingtalk_configs", read_dingtalk},
    {"feishu_configs", read_feishu},
    {"wecom_configs", read_wecom},
    {"ntfy_configs", read_ntfy},
    {"syslog_configs", read_syslog},
    {"command_configs", read_command},
};

}  // namespace

ReceiverPlan read_receiver(config::Mapping& map, const ReceiverGlobals& globals) {
  ReceiverPlan plan;
  plan.name = map.required_string("name");
  for (const Kind& kind : kKinds)
    map.each(kind.key, [&](config::Mapping& options) {
      plan.integrations.push_back(kind.read(options, globals));
    });
  map.not_served({"incidentio_configs", "jira_configs", "mattermost_configs", "opsgenie_configs",
                  "rocketchat_configs", "sns_configs", "victorops_configs", "webex_configs"});
  return plan;
}

}  // namespace lapwing::alerting

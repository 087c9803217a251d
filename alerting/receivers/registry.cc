#include "alerting/receivers/registry.h"

#include "alerting/receivers/webhook.h"

namespace lapwing::alerting {
namespace {

struct Kind {
  std::string_view key;
  std::shared_ptr<const Receiver> (*create)(config::Mapping&);
};

constexpr Kind kKinds[] = {
    {"webhook_configs",
     [](config::Mapping& map) -> std::shared_ptr<const Receiver> {
       return std::make_shared<WebhookReceiver>(read_webhook_options(map));
     }},
};

}  // namespace

ReceiverPlan read_receiver(config::Mapping& map) {
  ReceiverPlan plan;
  plan.name = map.required_string("name");
  for (const Kind& kind : kKinds)
    map.each(kind.key,
             [&](config::Mapping& options) { plan.integrations.push_back(kind.create(options)); });
  map.not_served({"discord_configs", "email_configs", "incidentio_configs", "jira_configs",
                  "mattermost_configs", "msteams_configs", "msteamsv2_configs", "opsgenie_configs",
                  "pagerduty_configs", "pushover_configs", "rocketchat_configs", "slack_configs",
                  "sns_configs", "telegram_configs", "victorops_configs", "webex_configs",
                  "wechat_configs"});
  return plan;
}

}  // namespace lapwing::alerting

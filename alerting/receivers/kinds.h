// The readers of all receiver kinds: each reads one map of its list and makes the receiver. What
// is wrong goes to the mapping's diagnostics. A file a kind.
#pragma once

#include <memory>

#include "agent/config/mapping.h"
#include "alerting/receivers/globals.h"
#include "alerting/receivers/receiver.h"

namespace lapwing::alerting {

using ReceiverPointer = std::shared_ptr<const Receiver>;

ReceiverPointer read_command(config::Mapping& map, const ReceiverGlobals& globals);
ReceiverPointer read_dingtalk(config::Mapping& map, const ReceiverGlobals& globals);
ReceiverPointer read_discord(config::Mapping& map, const ReceiverGlobals& globals);
ReceiverPointer read_email(config::Mapping& map, const ReceiverGlobals& globals);
ReceiverPointer read_feishu(config::Mapping& map, const ReceiverGlobals& globals);
ReceiverPointer read_msteams(config::Mapping& map, const ReceiverGlobals& globals);
ReceiverPointer read_msteamsv2(config::Mapping& map, const ReceiverGlobals& globals);
ReceiverPointer read_ntfy(config::Mapping& map, const ReceiverGlobals& globals);
ReceiverPointer read_pagerduty(config::Mapping& map, const ReceiverGlobals& globals);
ReceiverPointer read_pushover(config::Mapping& map, const ReceiverGlobals& globals);
ReceiverPointer read_slack(config::Mapping& map, const ReceiverGlobals& globals);
ReceiverPointer read_syslog(config::Mapping& map, const ReceiverGlobals& globals);
ReceiverPointer read_telegram(config::Mapping& map, const ReceiverGlobals& globals);
ReceiverPointer read_webhook(config::Mapping& map, const ReceiverGlobals& globals);
ReceiverPointer read_wechat(config::Mapping& map, const ReceiverGlobals& globals);
ReceiverPointer read_wecom(config::Mapping& map, const ReceiverGlobals& globals);

}  // namespace lapwing::alerting

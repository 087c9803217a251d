// The table of receiver kinds: key in the configuration, factory.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "agent/config/mapping.h"
#include "alerting/receivers/globals.h"
#include "alerting/receivers/receiver.h"

namespace lapwing::alerting {

/// A name with its integrations, in the order of the table and the file.
struct ReceiverPlan {
  std::string name;
  std::vector<std::shared_ptr<const Receiver>> integrations;
};

/// Reads one map of the list below `receivers`. Kinds that Alertmanager knows and that are not
/// in the table warn.
ReceiverPlan read_receiver(config::Mapping& map, const ReceiverGlobals& globals);

}  // namespace lapwing::alerting

// Plan: the whole configuration, read and checked, immutable. A reload builds another one; the
// owners take it over between ticks, or nothing changes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/app/alertmanagers.h"
#include "agent/base/regex.h"
#include "agent/base/result.h"
#include "agent/base/time.h"
#include "agent/config/mapping.h"
#include "agent/model/labels.h"
#include "alerting/options.h"
#include "collectors/latency/options.h"
#include "collectors/options.h"
#include "collectors/probe/prober.h"

namespace lapwing::app {

/// How long and how much one resolution is kept.
struct RetentionOptions {
  Duration time{};               ///< zero: for ever
  std::uint64_t size_bytes = 0;  ///< zero: no limit
  bool operator==(const RetentionOptions&) const = default;
};

struct StorePlan {
  RetentionOptions raw{.time = 7 * 24h, .size_bytes = 1u << 30};
  RetentionOptions minutes{.time = 90 * 24h};
  RetentionOptions hours{.time = 2 * 365 * 24h};
  Duration sync_interval = 10s;
  Duration out_of_order_window = 12h;  ///< how far behind its newest a series takes samples
  std::uint32_t series_limit = 200'000;
  bool operator==(const StorePlan&) const = default;
};

struct WebPlan {
  std::string listen = "127.0.0.1:5279";
  std::string external_url;  ///< empty: http://<instance>:<port>
  bool enable_remote_write_receiver = false;
  /// Pages of which origins may read the API's answers; nothing: none.
  std::optional<Regex> cors_origin{};
};

struct Plan {
  std::string instance;  ///< this host's name, or global.instance
  Labels external_labels;
  Duration evaluation_interval{};  ///< of rules whose group names none, and of subqueries
  StorePlan store;
  WebPlan web;
  collectors::CollectionOptions collection;  ///< with the probes' jobs
  collectors::latency::LatencyOptions latency;
  collectors::probe::ProberOptions prober;
  alerting::AlertingOptions alerting;
  AlertmanagersPlan alertmanagers;
  std::vector<alerting::RuleGroup> rule_groups;  ///< shipped and own
  /// The configuration as the API shows it: YAML, secrets hidden.
  std::string yaml;
  /// What the person should know and that stops nothing: "file:line:column: …".
  std::vector<std::string> warnings;
};

/// What the command line says over the files.
struct PlanOverrides {
  std::string listen;          ///< empty: as configured
  bool no_collectors = false;  ///< `--collectors none`
  bool no_latency = false;     ///< `--latency off`
  std::string state_folder{};  ///< where collectors keep what outlives the process
};

/// Reads and merges the files (none: the defaults) and the rule files that they name. Invalid with
/// every error on a line of its own. `host_name`: the host's own.
Result<Plan> read_plan(const std::vector<std::string>& files, const PlanOverrides& overrides,
                       const std::string& host_name);

/// This host's name (uname(2)'s nodename).
std::string host_name();

}  // namespace lapwing::app

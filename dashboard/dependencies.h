// Dependencies: all that the dashboard reads, and the few commands that it may give. It gets
// them as references and functions, so that it depends on no collector, store or notifier.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/log.h"
#include "agent/base/result.h"
#include "agent/base/time.h"
#include "agent/exposition/newest_batches.h"
#include "agent/http/message.h"
#include "agent/metrics/registry.h"
#include "agent/model/labels.h"
#include "agent/model/probe_suggestion.h"
#include "agent/model/records.h"
#include "agent/model/series_source.h"
#include "agent/model/status.h"
#include "agent/promql/engine.h"
#include "alerting/notify/access.h"
#include "alerting/status.h"
#include "dashboard/web/assets.h"

namespace lapwing::dashboard {

struct BuildInfo {
  std::string version;   ///< our own, "0.1.0"
  std::string revision;  ///< of the source
  std::string compiler;
};

/// What the process tells about itself beyond build and status.
struct RuntimeInfo {
  Timestamp started;
  std::string host_name;
  std::string working_directory;
  std::string storage_retention;  ///< for a person: "7d or 1GiB"
  bool reload_succeeded = true;   ///< the newest load of the configuration
  Timestamp last_reload;          ///< the newest successful one
  std::vector<std::string>
      configuration_warnings{};  ///< "file:line:column: …", such as keys not served
};

/// The references and everything that the functions reach must outlive the Dashboard. Functions
/// are called on any thread. Those that may be empty say so.
struct Dependencies {
  const SeriesSource& source;
  const promql::Engine& engine;
  const Clock& clock;
  Log& log;
  metrics::Registry& registry;
  StatusSource<CollectionStatus> collection;
  StatusSource<MetadataSnapshot> metadata;
  StatusSource<StoreStatus> store;
  StatusSource<alerting::AlertingStatus> alerting;
  /// What GET /metrics shows.
  const exposition::NewestBatches& newest_batches;
  /// Loads the configuration anew; the error says why the old one stays.
  std::function<Result<void>()> reload;
  /// Whether the agent has started: false gives 503 on /-/ready.
  std::function<bool()> ready;
  /// The running configuration as YAML, secrets hidden.
  std::function<std::string()> configuration;
  std::function<RuntimeInfo()> runtime;
  BuildInfo build;
  /// The page's files: assets() of dashboard/web, or a test's own.
  std::span<const Asset> assets{};
  /// The notification side; empty functions where it is not served.
  alerting::NotifyAccess notify{};
  /// Answers POST /api/v1/write; empty: remote write is not taken.
  http::Handler remote_write{};
  /// Answers GET /probe, now or later; empty: there are no probes here.
  std::function<void(const http::Request&, http::Respond)> probe{};
  /// What on this host a probe could look at and none does; empty: nothing is suggested.
  std::function<std::vector<ProbeSuggestion>()> probe_suggestions{};
  /// What /federate adds to series that lack it. Empty: nothing.
  std::function<Labels()> external_labels{};
  /// Whether pages of that origin ("https://grafana.example") may read the API's answers (CORS).
  /// Empty: none may.
  std::function<bool(std::string_view)> allows_origin{};
  /// Watermark::complete: whether the tick's samples are all stored. Empty: the live stream
  /// waits its 250 ms each second.
  std::function<bool(Timestamp)> tick_complete{};
  /// What GET /api/v1/top reads; nullptr: nothing is recorded.
  const Records* records = nullptr;
};

}  // namespace lapwing::dashboard

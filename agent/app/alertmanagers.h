// Alertmanagers: Prometheus's section `alerting`: which Alertmanagers elsewhere hear of our alerts,
// found as scrape targets are, and what relabelling makes of alerts. It stands here because
// discovery and relabelling are the collectors', which alerting may not include.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "agent/config/mapping.h"
#include "alerting/outside.h"
#include "collectors/scrape/discovery/discovery.h"
#include "collectors/scrape/job.h"

namespace lapwing::app {

struct AlertmanagersPlan {
  struct Found {
    /// Its path and relabelling lead to …/api/v2/alerts; nothing is scraped.
    collectors::scrape::Job job;
    Duration timeout = 10s;
    std::vector<collectors::scrape::RelabelRule> alert_relabel_rules;
  };
  std::vector<Found> alertmanagers;
  std::vector<collectors::scrape::RelabelRule> alert_relabel_rules;  ///< for our receivers too
};

/// Reads the section `alerting`.
AlertmanagersPlan read_alertmanagers(config::Mapping& root);

/// Empty when there are no rules.
alerting::AlertRelabelling relabelling(std::vector<collectors::scrape::RelabelRule> rules);

/// Keeps the list of Alertmanagers up to date.
class Alertmanagers {
 public:
  struct Surroundings {
    const Clock& clock;
    Log& log;
    metrics::Registry& registry;
    alerting::HttpSender send;
    std::function<void(alerting::OutsideList)> tell;  ///< the newest list
    std::function<void()> wake;                       ///< step() has something to do
  };
  explicit Alertmanagers(Surroundings surroundings);

  /// Any thread; wakes.
  void apply(std::vector<AlertmanagersPlan::Found> plan);
  /// Looks names and files up, waiting for them: a thread of its own. Returns when to be called
  /// again.
  Timestamp step(Timestamp now);

 private:
  alerting::OutsideList list() const;

  const Surroundings surroundings_;
  collectors::scrape::Discovery discovery_;
  std::vector<AlertmanagersPlan::Found> plan_;  // step's thread
  std::mutex mutex_;
  std::optional<std::vector<AlertmanagersPlan::Found>> next_plan_;  // guarded by mutex_
};

}  // namespace lapwing::app

// Slo: a service level objective, from a few lines of our own configuration:
//
//   slos:
//     - name: checkout
//       objective: 99.9
//       window: 30d
//       ratio: {bad: 'http_requests_total{job="shop",code=~"5.."}', total:
//       'http_requests_total{job="shop"}'}
//     - name: checkout-latency
//       objective: 99
//       latency: {histogram: 'http_request_duration_seconds{job="shop"}', threshold: 300ms}
//
// It becomes recording rules of the error ratio over several windows and alerts on how fast the
// error budget burns, each over a long and a short window (Google's SRE Workbook, "Alerting on
// SLOs", the sixth approach), as plain Prometheus rules.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "agent/config/mapping.h"

namespace lapwing::alerting {

struct Slo {
  using Texts = std::vector<std::pair<std::string, std::string>>;

  std::string name;
  double objective_percent = 0;
  Duration window{};
  /// Selectors of counters: events that were bad, or good; and all of them.
  std::string bad;
  std::string good;
  std::string total;
  std::vector<std::string> by;  ///< labels with an objective each
  std::string alert;            ///< its name
  std::string page_severity;
  std::string ticket_severity;
  Texts labels;  ///< of the alerts, beside slo and severity
  Texts annotations;
};

/// Reads one map of the list `slos`.
Slo read_slo(config::Mapping& map);

/// The rules of all, as the YAML of a Prometheus rule file; pure.
std::string slo_rules(const std::vector<Slo>& slos);

}  // namespace lapwing::alerting

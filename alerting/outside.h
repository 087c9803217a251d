// OutsideAlertmanagers: tells Alertmanagers elsewhere of our alerts, as Prometheus does: API v2,
// batches, one request at a time to each, nothing repeated; what they miss they hear at the next
// telling of the alert, a minute later at most.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "agent/base/log.h"
#include "agent/metrics/registry.h"
#include "agent/model/labels.h"
#include "alerting/receivers/receiver.h"
#include "alerting/update.h"

namespace lapwing::alerting {

/// Alerts that wait for one Alertmanager at most; the oldest go first.
inline constexpr std::size_t kOutsideQueueLimit = 10'000;
inline constexpr std::size_t kOutsideBatch = 256;

/// Changes labels; false drops the alert. Any thread.
using AlertRelabelling = std::function<bool(LabelsBuilder&)>;

struct OutsideAlertmanager {
  std::string url;  ///< …/api/v2/alerts
  Duration timeout = 10s;
  /// Adds authorisation, TLS, proxy. Unavailable: not now. Any thread.
  std::function<Result<void>(http::ClientRequest&)> prepare;
  AlertRelabelling relabel;  ///< empty: none
};
using OutsideList = std::vector<std::shared_ptr<const OutsideAlertmanager>>;

/// Drops and changes the notices; the rest is given back.
std::vector<AlertNotice> relabelled(std::span<const AlertNotice> notices,
                                    const AlertRelabelling& relabel);

/// The API's JSON.
std::string encode_notices(std::span<const AlertNotice> notices);

class OutsideAlertmanagers {
 public:
  /// All must outlive the last answer that `http` gives.
  OutsideAlertmanagers(HttpSender http, Log& log, metrics::Registry& registry);

  /// Who is told from now on; what waits for one whose URL stays is kept. Any thread.
  void apply(OutsideList list);
  /// Any thread.
  void post(std::span<const AlertNotice> notices);
  /// URLs. Any thread.
  std::vector<std::string> urls() const;

 private:
  struct Queue {
    std::shared_ptr<const OutsideAlertmanager> to;
    std::deque<AlertNotice> waiting;
    bool under_way = false;
    std::string last_error;
  };
  struct State;

  static void send_next(const std::shared_ptr<State>& state, const std::string& url);

  const std::shared_ptr<State> state_;  // shared with answers that are still due
};

}  // namespace lapwing::alerting

// Parts: every part of a running agent, wired together. Construction order is the order of the
// data: store, server, collection, alerting, dashboard; then the loops. All of it goes in reverse.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>

#include "agent/app/alertmanagers.h"
#include "agent/app/app.h"
#include "agent/app/heartbeat.h"
#include "agent/app/plan.h"
#include "agent/base/loop.h"
#include "agent/exposition/newest_batches.h"
#include "agent/http/client.h"
#include "agent/http/server.h"
#include "agent/metrics/registry.h"
#include "agent/model/watermark.h"
#include "agent/promql/engine.h"
#include "agent/remote/write_receiver.h"
#include "agent/tsdb/store.h"
#include "alerting/alerting.h"
#include "collectors/collection.h"
#include "collectors/latency/capture.h"
#include "collectors/probe/prober.h"
#include "dashboard/server.h"

namespace lapwing::app {

/// What every other part refers to, and what therefore outlives them all.
struct Ground {
  explicit Ground(Log& log_sink) : log(log_sink) {}
  Log& log;
  SystemClock clock;
  metrics::Registry registry;
};

/// A Loop whose step is watched. May be woken before it is started: the first step comes anyway.
class Thread {
 public:
  explicit Thread(const Clock& clock) : clock_(clock), heartbeat_(clock) {}

  void start(const char* name, Loop::Step step);
  /// No step runs after it.
  void stop();
  /// Any thread.
  void wake();
  bool alive(std::chrono::nanoseconds limit) const { return heartbeat_.alive(limit); }

 private:
  const Clock& clock_;
  Heartbeat heartbeat_;
  std::mutex mutex_;
  std::shared_ptr<Loop> loop_;  // guarded by mutex_
};

class App::Parts {
 public:
  Parts(std::unique_ptr<Ground> ground, Options options, Plan plan,
        std::unique_ptr<tsdb::Store> store, std::unique_ptr<http::Server> server);
  ~Parts();

  std::string url() const;
  Result<void> reload();
  std::string status_line() const;
  bool alive() const;

 private:
  collectors::Collection::Surroundings collection_surroundings();
  collectors::latency::Capture::Surroundings capture_surroundings();
  alerting::AlertingContext alerting_context();
  Alertmanagers::Surroundings alertmanagers_surroundings();
  alerting::AlertingPlan alerting_plan(const Plan& plan) const;
  collectors::probe::Prober::Surroundings prober_surroundings();
  dashboard::Dependencies dashboard_dependencies();
  http::Response remote_write(const http::Request& request);
  std::vector<ProbeSuggestion> probe_suggestions() const;
  dashboard::RuntimeInfo runtime() const;
  std::shared_ptr<const Plan> plan() const;
  void start();
  void adopt(Plan plan);
  void note_reload(bool succeeded);

  const std::unique_ptr<Ground> ground_;
  const Options options_;
  const Timestamp started_;
  const metrics::Gauge reload_succeeded_;
  const metrics::Gauge reload_time_;
  std::mutex reload_mutex_;  // one reload at a time

  mutable std::mutex plan_mutex_;
  std::shared_ptr<const Plan> plan_;  // guarded by plan_mutex_
  Timestamp last_reload_;             // guarded by plan_mutex_
  bool last_reload_ok_ = true;        // guarded by plan_mutex_
  std::atomic<bool> ready_ = false;

  std::unique_ptr<tsdb::Store> store_;
  std::unique_ptr<http::Server> server_;
  Watermark watermark_;
  const promql::Engine engine_;
  exposition::NewestBatches newest_;
  Thread store_thread_;
  Thread collect_thread_;
  Thread capture_thread_;
  Thread rules_thread_;
  Thread dispatch_thread_;
  Thread state_thread_;
  Thread alertmanagers_thread_;
  Thread live_thread_;
  std::unique_ptr<http::Client> client_;
  std::unique_ptr<collectors::probe::Prober> prober_;
  std::unique_ptr<collectors::Collection> collection_;
  std::unique_ptr<collectors::latency::Capture> capture_;
  std::unique_ptr<alerting::Alerting> alerting_;
  std::unique_ptr<Alertmanagers> alertmanagers_;
  remote::WriteReceiver write_receiver_;
  std::unique_ptr<dashboard::Dashboard> dashboard_;
};

}  // namespace lapwing::app

#include "agent/app/alertmanagers.h"

#include <utility>

namespace lapwing::app {
namespace {

namespace scrape = collectors::scrape;

AlertmanagersPlan::Found read_alertmanager(config::Mapping& map, std::size_t index) {
  AlertmanagersPlan::Found found;
  scrape::Job& job = found.job;
  job.name = "config-" + std::to_string(index);  // Prometheus's name for it.
  job.interval = 24h;
  job.scheme = map.choice("scheme", "http", {"http", "https"});
  std::string prefix = map.string("path_prefix");
  while (prefix.ends_with('/')) prefix.pop_back();
  if (!prefix.empty() && !prefix.starts_with('/')) prefix.insert(0, "/");
  job.metrics_path = prefix + "/api/v2/alerts";
  if (map.string("api_version", "v2") != "v2")
    map.error("api_version", "expected Alertmanager api version to be one of [v2]");
  found.timeout = map.duration("timeout", found.timeout);
  job.timeout = found.timeout;
  if (found.timeout <= 0ms) map.error("timeout", "must be longer than 0");
  job.http = scrape::read_http_options(map);
  job.relabel_rules = scrape::read_relabel_rules(map, "relabel_configs");
  found.alert_relabel_rules = scrape::read_relabel_rules(map, "alert_relabel_configs");
  job.discovery = scrape::read_discovery(map, !job.relabel_rules.empty());
  map.not_served({"sigv4"});
  return found;
}

/// Done here and now: the caller's thread is there for that.
std::function<bool()> run_here(const std::function<void()>& work) {
  work();
  return [] { return true; };
}

}  // namespace

AlertmanagersPlan read_alertmanagers(config::Mapping& root) {
  AlertmanagersPlan plan;
  root.section("alerting", [&](config::Mapping& alerting) {
    plan.alert_relabel_rules = scrape::read_relabel_rules(alerting, "alert_relabel_configs");
    alerting.each("alertmanagers", [&](config::Mapping& map) {
      plan.alertmanagers.push_back(read_alertmanager(map, plan.alertmanagers.size()));
    });
  });
  return plan;
}

alerting::AlertRelabelling relabelling(std::vector<scrape::RelabelRule> rules) {
  if (rules.empty()) return {};
  return
      [rules = std::move(rules)](LabelsBuilder& labels) { return scrape::relabel(rules, labels); };
}

Alertmanagers::Alertmanagers(Surroundings surroundings)
    : surroundings_(std::move(surroundings)),
      discovery_({.clock = surroundings_.clock,
                  .log = surroundings_.log,
                  .registry = surroundings_.registry,
                  .send = surroundings_.send,
                  .run_slowly = run_here}) {}

void Alertmanagers::apply(std::vector<AlertmanagersPlan::Found> plan) {
  {
    const std::lock_guard lock(mutex_);
    next_plan_ = std::move(plan);
  }
  surroundings_.wake();
}

Timestamp Alertmanagers::step(Timestamp now) {
  std::optional<std::vector<AlertmanagersPlan::Found>> fresh;
  {
    const std::lock_guard lock(mutex_);
    fresh.swap(next_plan_);
  }
  bool changed = fresh.has_value();
  if (fresh) {
    plan_ = *std::move(fresh);
    std::vector<scrape::Job> jobs;
    for (const AlertmanagersPlan::Found& found : plan_) jobs.push_back(found.job);
    discovery_.apply(jobs);
  }
  // Work that ran here has answered by now: it is taken in at once.
  for (int i = 0; i < 2; ++i) changed = discovery_.step(now) || changed;
  if (changed) surroundings_.tell(list());
  return plan_.empty() ? kNever : std::max(discovery_.due(), now + 100ms);
}

alerting::OutsideList Alertmanagers::list() const {
  alerting::OutsideList list;
  const scrape::TargetPools& pools = discovery_.pools();
  for (std::size_t i = 0; i < pools.size() && i < plan_.size(); ++i) {
    const auto relabel = relabelling(plan_[i].alert_relabel_rules);
    const auto mutex = std::make_shared<std::mutex>();  // HttpAccess is one thread's at a time.
    for (const scrape::TargetPlan& target : pools[i]->targets) {
      alerting::OutsideAlertmanager one;
      one.url = target.url;
      one.timeout = plan_[i].timeout;
      one.relabel = relabel;
      one.prepare = [access = pools[i]->access, mutex](http::ClientRequest& request) {
        const std::lock_guard lock(*mutex);
        return access->prepare(request);
      };
      list.push_back(std::make_shared<const alerting::OutsideAlertmanager>(std::move(one)));
    }
  }
  return list;
}

}  // namespace lapwing::app

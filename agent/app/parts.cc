#include "agent/app/parts.h"

#include <unistd.h>

#include <array>
#include <set>
#include <utility>

#include "agent/app/version.h"
#include "collectors/probe/suggestions.h"
#include "dashboard/web/assets.h"

namespace lapwing::app {
namespace {

/// A step that takes longer hangs: the watchdog then restarts the agent.
constexpr std::chrono::nanoseconds kStepLimit = std::chrono::seconds(20);
constexpr Duration kRulesWait = 1s;  // of a start and a reload, for their rules to be in force

/// Targets that hang hold their places until their timeout: there must be enough for the others.
/// A connection that is kept saves the next scrape its handshake.
constexpr http::ClientOptions kClientOptions{
    .in_flight_limit = 512, .queue_limit = 8'192, .kept_connections = 512};

std::string address_text(const std::string& host, int port) {
  const bool any = host.empty() || host == "0.0.0.0" || host == "::";
  const bool bare_ipv6 = !any && host.find(':') != std::string::npos;
  const std::string shown = any ? "localhost" : bare_ipv6 ? "[" + host + "]" : host;
  return "http://" + shown + ":" + std::to_string(port);
}

std::string current_folder() {
  std::array<char, 4096> path{};
  return ::getcwd(path.data(), path.size()) != nullptr ? path.data() : "";
}

/// "7d or 1024MiB".
std::string retention_text(const StorePlan& store) {
  std::string text = store.raw.time > 0ms ? format_duration(store.raw.time) : "for ever";
  if (store.raw.size_bytes > 0) text += " or " + std::to_string(store.raw.size_bytes >> 20) + "MiB";
  return text;
}

std::size_t firing_alerts(const alerting::AlertingStatus& status) {
  std::size_t firing = 0;
  for (const auto& group : status.groups)
    for (const auto& rule : group.rules)
      for (const auto& alert : rule.alerts) firing += alert.state == alerting::AlertState::Firing;
  return firing;
}

}  // namespace

void Thread::start(const char* name, Loop::Step step) {
  auto loop = std::make_shared<Loop>(name, clock_, heartbeat_.watch(std::move(step)));
  const std::lock_guard lock(mutex_);
  loop_ = std::move(loop);
}

void Thread::stop() {
  std::shared_ptr<Loop> loop;
  {
    const std::lock_guard lock(mutex_);
    loop = std::move(loop_);
    loop_ = nullptr;
  }
  if (loop) loop->stop();
}

void Thread::wake() {
  std::shared_ptr<Loop> loop;
  {
    const std::lock_guard lock(mutex_);
    loop = loop_;
  }
  if (loop) loop->wake();
}

App::Parts::Parts(std::unique_ptr<Ground> ground, Options options, Plan plan,
                  std::unique_ptr<tsdb::Store> store, std::unique_ptr<http::Server> server)
    : ground_(std::move(ground)),
      options_(std::move(options)),
      started_(ground_->clock.now()),
      reload_succeeded_(ground_->registry.gauge("lapwing_config_last_reload_successful",
                                                "Whether the newest reload went well.")),
      reload_time_(ground_->registry.gauge("lapwing_config_last_reload_success_timestamp_seconds",
                                           "When the configuration was last taken over.")),
      plan_(std::make_shared<const Plan>(std::move(plan))),
      last_reload_(started_),
      store_(std::move(store)),
      server_(std::move(server)),
      engine_({.subquery_step = plan_->evaluation_interval}, ground_->clock),
      newest_(ground_->registry),
      store_thread_(ground_->clock),
      collect_thread_(ground_->clock),
      capture_thread_(ground_->clock),
      rules_thread_(ground_->clock),
      dispatch_thread_(ground_->clock),
      state_thread_(ground_->clock),
      alertmanagers_thread_(ground_->clock),
      live_thread_(ground_->clock),
      client_(std::make_unique<http::Client>(ground_->log, ground_->registry, kClientOptions)),
      prober_(std::make_unique<collectors::probe::Prober>(plan_->prober, prober_surroundings())),
      collection_(
          std::make_unique<collectors::Collection>(plan_->collection, collection_surroundings())),
      capture_(
          std::make_unique<collectors::latency::Capture>(plan_->latency, capture_surroundings())),
      alerting_(std::make_unique<alerting::Alerting>(alerting_context(),
                                                     options_.data_folder + "/state.db")),
      alertmanagers_(std::make_unique<Alertmanagers>(alertmanagers_surroundings())),
      write_receiver_(*store_, ground_->registry),
      dashboard_(std::make_unique<dashboard::Dashboard>(dashboard_dependencies())) {
  note_reload(true);
  ground_->registry
      .gauge("lapwing_build_info", "What this binary is; always 1.",
             {{"version", std::string(kVersion)}, {"revision", std::string(kRevision)}})
      .set(1);
  // Dashboards of node_exporter ask for its own name.
  ground_->registry
      .gauge("node_exporter_build_info", "What gives node_exporter's metrics here; always 1.",
             {{"version", std::string(kVersion)}, {"revision", std::string(kRevision)}})
      .set(1);
  alerting_->apply(alerting_plan(*plan_));
  alertmanagers_->apply(plan_->alertmanagers.alertmanagers);
  start();
}

// Each stops before what it gives to: collection before the store, rules before dispatch. The
// client goes when nobody sends any more, and calls back what is still due.
App::Parts::~Parts() {
  ready_ = false;
  server_->stop();
  watermark_.on_change({});
  collect_thread_.stop();
  capture_thread_.stop();
  live_thread_.stop();
  rules_thread_.stop();
  alertmanagers_thread_.stop();
  dispatch_thread_.stop();
  state_thread_.stop();
  alerting_->step_state(ground_->clock.now());  // What dispatch said last.
  prober_->stop();
  client_.reset();
  prober_.reset();
  collection_.reset();
  capture_.reset();
  alertmanagers_.reset();
  alerting_.reset();
  store_thread_.stop();
  store_->close();
}

void App::Parts::start() {
  store_thread_.start("store", [this](Timestamp now) { return store_->step(now); });
  state_thread_.start("state", [this](Timestamp now) { return alerting_->step_state(now); });
  alerting_->on_state_wake([this] { state_thread_.wake(); });
  dispatch_thread_.start("dispatch",
                         [this](Timestamp now) { return alerting_->step_dispatch(now); });
  alerting_->on_dispatch_wake([this] { dispatch_thread_.wake(); });
  alertmanagers_thread_.start("alertmanagers",
                              [this](Timestamp now) { return alertmanagers_->step(now); });
  rules_thread_.start("rules", [this](Timestamp now) { return alerting_->step_rules(now); });
  live_thread_.start("live", [this](Timestamp now) { return dashboard_->step(now); });
  dashboard_->on_wake([this] { live_thread_.wake(); });
  watermark_.on_change([this] {
    rules_thread_.wake();
    dashboard_->tick_changed();
  });
  capture_thread_.start("capture", [this](Timestamp now) { return capture_->step(now); });
  collect_thread_.start("collect", [this](Timestamp now) { return collection_->step(now); });
  dashboard_->register_routes(*server_);
  server_->start();
  alerting_->wait_rules_applied(kRulesWait);
  ready_ = true;
}

collectors::Collection::Surroundings App::Parts::collection_surroundings() {
  return {.appender = *store_,
          .watermark = watermark_,
          .clock = ground_->clock,
          .log = ground_->log,
          .registry = ground_->registry,
          .snapshots = [this](auto snapshot) { newest_.publish(std::move(snapshot)); },
          .send =
              [this](http::ClientRequest request, http::ClientCallback done) {
                if (collectors::probe::Prober::is_own(request.url))
                  prober_->exchange(request, std::move(done));
                else
                  client_->send(std::move(request), std::move(done));
              },
          .wake = [this] { collect_thread_.wake(); },
          .latency = [this] { return capture_->snapshot(); },
          .records = store_.get()};
}

collectors::latency::Capture::Surroundings App::Parts::capture_surroundings() {
  return {.clock = ground_->clock,
          .log = ground_->log,
          .registry = ground_->registry,
          .name_of_socket = [this](std::uint64_t inode) {
            const auto services = collection_->services();
            const auto* service = services->of_listener(inode);
            return service == nullptr ? std::string() : std::string(service->label());
          }};
}

collectors::probe::Prober::Surroundings App::Parts::prober_surroundings() {
  return {.clock = ground_->clock,
          .log = ground_->log,
          .registry = ground_->registry,
          .send = [this](http::ClientRequest request, http::ClientCallback done) {
            client_->send(std::move(request), std::move(done));
          }};
}

alerting::AlertingContext App::Parts::alerting_context() {
  return {.rules = {.source = *store_,
                    .appender = *store_,
                    .engine = engine_,
                    .watermark = watermark_,
                    .clock = ground_->clock,
                    .log = ground_->log,
                    .registry = ground_->registry},
          .http = [this](http::ClientRequest request, http::ClientCallback done) {
            client_->send(std::move(request), std::move(done));
          }};
}

Alertmanagers::Surroundings App::Parts::alertmanagers_surroundings() {
  return {.clock = ground_->clock,
          .log = ground_->log,
          .registry = ground_->registry,
          .send =
              [this](http::ClientRequest request, http::ClientCallback done) {
                client_->send(std::move(request), std::move(done));
              },
          .tell = [this](auto list) { alerting_->set_alertmanagers(std::move(list)); },
          .wake = [this] { alertmanagers_thread_.wake(); }};
}

alerting::AlertingPlan App::Parts::alerting_plan(const Plan& plan) const {
  const std::string own_url = address_text(plan.instance, server_->port());
  return {.groups = plan.rule_groups,
          .external_labels = plan.external_labels,
          .notify = plan.alerting.notify,
          .external_url = plan.web.external_url.empty() ? own_url : plan.web.external_url,
          .relabel = relabelling(plan.alertmanagers.alert_relabel_rules)};
}

dashboard::Dependencies App::Parts::dashboard_dependencies() {
  return {.source = *store_,
          .engine = engine_,
          .clock = ground_->clock,
          .log = ground_->log,
          .registry = ground_->registry,
          .collection = [this] { return collection_->status(); },
          .metadata = [this] { return collection_->metadata(); },
          .store = [this] { return store_->status(); },
          .alerting = [this] { return alerting_->status(); },
          .newest_batches = newest_,
          .reload = [this] { return reload(); },
          .ready = [this] { return ready_.load(); },
          .configuration = [this] { return plan()->yaml; },
          .runtime = [this] { return runtime(); },
          .build = {std::string(kVersion), std::string(kRevision), std::string(kCompiler)},
          .assets = dashboard::assets(),
          .notify = alerting_->notify_access(ground_->clock),
          .remote_write = [this](const auto& request) { return remote_write(request); },
          .probe = [this](const http::Request& request,
                          const http::Respond& respond) { prober_->handle(request, respond); },
          .probe_suggestions = [this] { return probe_suggestions(); },
          .external_labels = [this] { return plan()->external_labels; },
          .allows_origin =
              [this](std::string_view origin) {
                const auto current = plan();
                return current->web.cors_origin && current->web.cors_origin->matches(origin);
              },
          .tick_complete = [this](Timestamp tick) { return watermark_.complete(tick); },
          .records = store_.get()};
}

std::vector<ProbeSuggestion> App::Parts::probe_suggestions() const {
  const std::shared_ptr<const Plan> current = plan();
  const auto listeners = collectors::probe::read_listeners(current->collection.paths.proc);
  if (!listeners) return {};
  return collectors::probe::suggest(
      *listeners, collectors::probe::probed_targets(current->collection.scrape_jobs));
}

http::Response App::Parts::remote_write(const http::Request& request) {
  if (plan()->web.enable_remote_write_receiver) return write_receiver_.handle(request);
  return http::text_response(
      404, "remote write is not taken here; set web.enable_remote_write_receiver to true\n");
}

dashboard::RuntimeInfo App::Parts::runtime() const {
  const std::shared_ptr<const Plan> current = plan();
  const std::lock_guard lock(plan_mutex_);
  return {.started = started_,
          .host_name = host_name(),
          .working_directory = current_folder(),
          .storage_retention = retention_text(current->store),
          .reload_succeeded = last_reload_ok_,
          .last_reload = last_reload_,
          .configuration_warnings = current->warnings};
}

std::shared_ptr<const Plan> App::Parts::plan() const {
  const std::lock_guard lock(plan_mutex_);
  return plan_;
}

std::string App::Parts::url() const {
  const auto address = http::parse_listen_address(plan()->web.listen);
  return address_text(address.ok() ? address->first : "", server_->port());
}

Result<void> App::Parts::reload() {
  const std::lock_guard one_at_a_time(reload_mutex_);
  auto fresh = read_plan(options_.files, options_.overrides, host_name());
  if (!fresh) {
    note_reload(false);
    ground_->log.error("reload: the old configuration stays:\n{}", fresh.error().message);
    return std::move(fresh).error();
  }
  adopt(*std::move(fresh));
  note_reload(true);
  ground_->log.info("reload: the new configuration is in force");
  return {};
}

void App::Parts::adopt(Plan fresh) {
  for (const std::string& warning : fresh.warnings) ground_->log.warn("{}", warning);
  const std::shared_ptr<const Plan> old = plan();
  if (fresh.web.listen != old->web.listen)
    ground_->log.warn("web.listen: a new address needs a restart; still serving on {}", url());
  if (!(fresh.store == old->store))
    ground_->log.warn("store: its options need a restart; the old ones stay in force");
  prober_->apply(fresh.prober);
  collection_->apply(fresh.collection);
  capture_->apply(fresh.latency);
  capture_thread_.wake();
  alerting_->apply(alerting_plan(fresh));
  alertmanagers_->apply(fresh.alertmanagers.alertmanagers);
  {
    const std::lock_guard lock(plan_mutex_);
    plan_ = std::make_shared<const Plan>(std::move(fresh));
  }
  rules_thread_.wake();
  // Who asked for the reload asks for the rules next.
  if (!alerting_->wait_rules_applied(kRulesWait))
    ground_->log.warn("the rules thread is busy: the new rules follow when it has a moment");
}

void App::Parts::note_reload(bool succeeded) {
  const Timestamp now = ground_->clock.now();
  reload_succeeded_.set(succeeded ? 1 : 0);
  if (succeeded) reload_time_.set(to_seconds(now));
  const std::lock_guard lock(plan_mutex_);
  last_reload_ok_ = succeeded;
  if (succeeded) last_reload_ = now;
}

std::string App::Parts::status_line() const {
  const auto store = store_->status();
  const auto alerts = firing_alerts(*alerting_->status());
  std::string line = std::to_string(store->series) + " series, " +
                     std::to_string(store->bytes_on_disk >> 20) + " MiB on disk, " +
                     std::to_string(alerts) + (alerts == 1 ? " alert firing" : " alerts firing");
  if (!store->trouble.empty()) line += "; store: " + store->trouble;
  return line;
}

// Not the state thread: a disk may hang, and all else goes on.
bool App::Parts::alive() const {
  for (const Thread* thread : {&store_thread_, &collect_thread_, &capture_thread_, &rules_thread_,
                               &dispatch_thread_, &live_thread_})
    if (!thread->alive(kStepLimit)) return false;
  return true;
}

}  // namespace lapwing::app

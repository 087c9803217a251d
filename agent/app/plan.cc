#include "agent/app/plan.h"

#include <sys/utsname.h>

#include <algorithm>
#include <iterator>

#include "agent/config/print.h"
#include "agent/http/server.h"
#include "collectors/probe/probes.h"
#include "rules/embedded.h"

namespace lapwing::app {
namespace {

struct GlobalOptions {
  std::string instance;
  Labels external_labels;
  collectors::scrape::GlobalOptions scrape;
  alerting::RuleDefaults rules;
  alerting::ReceiverGlobals receivers;
};

GlobalOptions read_global(config::Mapping& root) {
  GlobalOptions options;
  root.section("global", [&](config::Mapping& global) {
    options.instance = global.string("instance");
    LabelsBuilder labels;
    for (const auto& [name, value] : global.string_map("external_labels")) labels.set(name, value);
    options.external_labels = labels.build();
    options.scrape = collectors::scrape::read_global_options(global);
    options.rules.interval = global.duration("evaluation_interval", options.rules.interval);
    options.rules.query_offset = global.duration("rule_query_offset", options.rules.query_offset);
    if (options.rules.interval <= 0ms) global.error("evaluation_interval", "must be longer than 0");
    global.not_served({"query_log_file", "scrape_failure_log_file",
                       "convert_classic_histograms_to_nhcb", "always_scrape_classic_histograms",
                       "scrape_native_histograms"});
    options.receivers = alerting::read_receiver_globals(global);
  });
  return options;
}

void read_retention(config::Mapping& retention, std::string_view tier, RetentionOptions& options) {
  retention.section(tier, [&](config::Mapping& section) {
    options.time = section.duration("time", options.time);
    options.size_bytes = section.size_bytes("size", options.size_bytes);
  });
}

StorePlan read_store(config::Mapping& root) {
  StorePlan plan;
  root.section("store", [&](config::Mapping& store) {
    store.section("retention", [&](config::Mapping& retention) {
      read_retention(retention, "raw", plan.raw);
      read_retention(retention, "minutes", plan.minutes);
      read_retention(retention, "hours", plan.hours);
    });
    plan.out_of_order_window = store.duration("out_of_order_window", plan.out_of_order_window);
    plan.sync_interval = store.duration("sync_interval", plan.sync_interval);
    plan.series_limit =
        std::uint32_t(store.integer("series_limit", plan.series_limit, 1, 100'000'000));
  });
  return plan;
}

WebPlan read_web(config::Mapping& root, const PlanOverrides& overrides) {
  WebPlan plan;
  root.section("web", [&](config::Mapping& web) {
    plan.listen = web.string("listen", plan.listen);
    plan.external_url = web.string("external_url");
    while (plan.external_url.ends_with('/')) plan.external_url.pop_back();
    plan.enable_remote_write_receiver = web.flag("enable_remote_write_receiver", false);
    if (const std::string pattern = web.string("cors_origin"); !pattern.empty()) {
      const Result<Regex> regex = Regex::create(pattern);
      if (regex)
        plan.cors_origin = *regex;
      else
        web.error("cors_origin", regex.error().message);
    }
    if (!overrides.listen.empty()) plan.listen = overrides.listen;
    if (const auto address = http::parse_listen_address(plan.listen); !address)
      web.error("listen", address.error().message);
  });
  if (!overrides.listen.empty()) plan.listen = overrides.listen;
  return plan;
}

std::vector<alerting::RuleGroup> load_groups(const alerting::AlertingOptions& options,
                                             const alerting::RuleDefaults& defaults,
                                             config::Diagnostics& diagnostics) {
  std::vector<alerting::ShippedRules> shipped;
  for (const rules::EmbeddedFile& file : rules::embedded_files())
    shipped.push_back({file.name, file.text});
  return alerting::load_rule_groups(options, defaults, shipped, diagnostics);
}

}  // namespace

std::string host_name() {
  utsname names{};
  return ::uname(&names) == 0 && names.nodename[0] != '\0' ? names.nodename : "unknown";
}

Result<Plan> read_plan(const std::vector<std::string>& files, const PlanOverrides& overrides,
                       const std::string& host_name) {
  config::Value tree;
  if (!files.empty()) {
    auto loaded = config::load_files(files);
    if (!loaded) return std::move(loaded).error();
    tree = *std::move(loaded);
  }
  config::Diagnostics diagnostics;
  config::Mapping root(tree, "", diagnostics);
  Plan plan;
  const GlobalOptions global = read_global(root);
  plan.instance = global.instance.empty() ? host_name : global.instance;
  plan.external_labels = global.external_labels;
  plan.evaluation_interval = global.rules.interval;
  plan.store = read_store(root);
  plan.web = read_web(root, overrides);
  plan.collection = collectors::read_collection_options(root, global.scrape);
  plan.collection.instance = plan.instance;
  plan.collection.collectors["access_logs"].settings["state_folder"] = overrides.state_folder;
  auto probes =
      collectors::probe::read_probe_options(root, global.scrape, plan.collection.scrape_jobs);
  plan.prober = std::move(probes.prober);
  std::move(probes.jobs.begin(), probes.jobs.end(),
            std::back_inserter(plan.collection.scrape_jobs));
  if (overrides.no_collectors) collectors::disable_collectors(plan.collection);
  plan.latency = collectors::latency::read_latency_options(root);
  // What nobody shows is not captured either.
  if (overrides.no_collectors || overrides.no_latency ||
      !plan.collection.collectors["latency"].enabled)
    plan.latency.enabled = false;
  plan.alerting = alerting::read_alerting_options(root, global.receivers);
  plan.alertmanagers = read_alertmanagers(root);
  root.not_served({"remote_read", "remote_write", "tracing", "otlp", "runtime", "storage"});
  root.finish();
  plan.rule_groups = load_groups(plan.alerting, global.rules, diagnostics);
  if (auto sound = diagnostics.result(); !sound) return std::move(sound).error();

  for (const auto& warning : diagnostics.warnings())
    plan.warnings.push_back(warning.place.to_string() + ": " + warning.message);
  plan.yaml = config::print_yaml(tree);
  return plan;
}

}  // namespace lapwing::app

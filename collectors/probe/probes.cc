#include "collectors/probe/probes.h"

#include <algorithm>

namespace lapwing::collectors::probe {
namespace {

constexpr std::int64_t kMostProbesAtOnce = 4'096;

scrape::TextPairs target_of(const std::string& target) {
  return {{std::string(scrape::kAddressLabel), std::string(kOwnHost)},
          {"__param_target", target},
          {"instance", target}};
}

scrape::Job read_entry(config::Mapping& entry, const scrape::GlobalOptions& global,
                       const Modules& modules) {
  scrape::Job job;
  job.name = entry.required_string("name");
  const std::string module = entry.string("module", "http_2xx");
  const auto known = modules.find(module);
  if (known == modules.end())
    entry.error("module", "there is no module \"" + module + "\"; define it below modules");
  else if (known->second->kind == Kind::NotServed)
    entry.error("module", "the prober of module \"" + module + "\" is not served");
  job.interval = entry.duration("interval", global.scrape_interval);
  if (job.interval <= 0ms) entry.error("interval", "must be longer than 0");
  job.timeout = entry.duration("timeout", std::min(global.scrape_timeout, job.interval));
  if (job.timeout <= 0ms || job.timeout > job.interval) {
    entry.error("timeout", "must be longer than 0 and at most the interval");
    job.timeout = job.interval;
  }
  job.metrics_path = "/probe";
  job.parameters = {{"module", {module}}};
  scrape::TargetGroup group;
  for (const std::string& target : entry.strings("targets"))
    group.targets.push_back(target_of(target));
  if (group.targets.empty()) entry.error("targets", "name at least one");
  group.labels = entry.string_map("labels");
  job.discovery.static_groups.push_back(std::move(group));
  job.metric_relabel_rules = scrape::read_relabel_rules(entry, "metric_relabel_configs");
  return job;
}

}  // namespace

ProbeOptions read_probe_options(config::Mapping& root, const scrape::GlobalOptions& global,
                                const std::vector<scrape::Job>& taken) {
  ProbeOptions options;
  options.prober.modules = read_modules(root);
  options.prober.concurrency_limit = std::size_t(
      root.integer("probe_concurrency_limit", std::int64_t(options.prober.concurrency_limit), 1,
                   kMostProbesAtOnce));
  root.each("probes", [&](config::Mapping& entry) {
    scrape::Job job = read_entry(entry, global, options.prober.modules);
    const auto same = [&](const scrape::Job& other) { return other.name == job.name; };
    if (std::any_of(taken.begin(), taken.end(), same) ||
        std::any_of(options.jobs.begin(), options.jobs.end(), same))
      entry.error("name", "there is another job \"" + job.name + "\"");
    options.jobs.push_back(std::move(job));
  });
  return options;
}

}  // namespace lapwing::collectors::probe

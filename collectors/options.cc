#include "collectors/options.h"

#include "agent/base/regex.h"
#include "collectors/access_log/options.h"
#include "collectors/registry.h"

namespace lapwing::collectors {
namespace {

constexpr Duration kShortestInterval = 100ms;
constexpr std::int64_t kMostSeries = 1'000'000;

Duration read_interval(config::Mapping& mapping, std::string_view key, Duration fallback) {
  const Duration interval = mapping.duration(key, fallback);
  if (interval >= kShortestInterval) return interval;
  mapping.error(key, "must be at least " + format_duration(kShortestInterval));
  return fallback;
}

void read_collector(config::Mapping& mapping, const CollectorDescriptor& descriptor,
                    CollectorOptions& options) {
  options.enabled = mapping.flag("enabled", options.enabled);
  options.interval = read_interval(mapping, "interval", options.interval);
  for (const SettingDescriptor& setting : descriptor.settings) {
    if (!mapping.has(setting.key)) continue;
    std::string& value = options.settings[std::string(setting.key)];
    if (setting.kind == SettingKind::Path) {
      value = mapping.path(setting.key);
      continue;
    }
    std::string pattern = mapping.string(setting.key);
    if (auto regex = Regex::create(pattern); !regex)
      mapping.error(setting.key, "not a regular expression: " + regex.error().message);
    else
      value = std::move(pattern);
  }
  mapping.finish();
}

}  // namespace

CollectionOptions default_collection_options() {
  CollectionOptions options;
  for (const CollectorDescriptor& descriptor : collector_table())
    options.collectors[std::string(descriptor.name)] = {.enabled = descriptor.on_by_default,
                                                        .interval = descriptor.interval};
  return options;
}

void disable_collectors(CollectionOptions& options) {
  for (const CollectorDescriptor& descriptor : collector_table())
    options.collectors[std::string(descriptor.name)].enabled = false;
}

CollectionOptions read_collection_options(config::Mapping& root,
                                          const scrape::GlobalOptions& global) {
  CollectionOptions options = default_collection_options();
  root.section("collectors", [&](config::Mapping& section) {
    options.job = section.string("job", options.job);
    if (options.job.empty()) section.error("job", "must not be empty");
    options.series_limit = std::size_t(
        section.integer("series_limit", std::int64_t(options.series_limit), 1, kMostSeries));
    options.report_interval = read_interval(section, "report_interval", options.report_interval);
    options.paths.proc = section.path("proc_path", options.paths.proc);
    options.paths.sys = section.path("sys_path", options.paths.sys);
    options.paths.root = section.path("root_path", options.paths.root);
    for (const CollectorDescriptor& descriptor : collector_table())
      section.section(descriptor.name, [&](config::Mapping& mapping) {
        read_collector(mapping, descriptor, options.collectors[std::string(descriptor.name)]);
      });
    section.finish();
  });
  options.services = services::read_services_options(root);
  options.collectors["access_logs"].settings["logs"] =
      access_log::write_logs(access_log::read_access_logs(root));
  options.scrape_jobs = scrape::read_jobs(root, global);
  return options;
}

}  // namespace lapwing::collectors

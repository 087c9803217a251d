#include "collectors/scrape/job.h"

#include <fmt/core.h>
#include <glob.h>

#include <algorithm>
#include <array>
#include <set>

namespace lapwing::collectors::scrape {
namespace {

constexpr std::int64_t kMostCounted = 1'000'000'000'000;

struct NamedProtocol {
  std::string_view name;
  Protocol protocol;
};
constexpr std::array<NamedProtocol, 5> kProtocols = {
    {{"PrometheusProto", Protocol::PrometheusProto},
     {"PrometheusText0.0.4", Protocol::PrometheusText0_0_4},
     {"PrometheusText1.0.0", Protocol::PrometheusText1_0_0},
     {"OpenMetricsText0.0.1", Protocol::OpenMetricsText0_0_1},
     {"OpenMetricsText1.0.0", Protocol::OpenMetricsText1_0_0}}};

std::optional<Protocol> protocol_of(std::string_view text) {
  for (const NamedProtocol& known : kProtocols)
    if (known.name == text) return known.protocol;
  return std::nullopt;
}

std::string unknown_protocol(std::string_view text) {
  return fmt::format(
      "unknown scrape protocol {}, supported: [OpenMetricsText0.0.1 OpenMetricsText1.0.0 "
      "PrometheusProto PrometheusText0.0.4 PrometheusText1.0.0]",
      text);
}

std::vector<Protocol> read_protocols(config::Mapping& mapping,
                                     const std::vector<Protocol>& fallback) {
  constexpr std::string_view kKey = "scrape_protocols";
  std::vector<Protocol> protocols;
  std::set<std::string> seen;
  for (const std::string& text : mapping.strings(kKey)) {
    const std::optional<Protocol> protocol = protocol_of(text);
    if (!seen.insert(text).second)
      mapping.error(kKey, "duplicated protocol in scrape_protocols: " + text);
    else if (!protocol)
      mapping.error(kKey, unknown_protocol(text));
    else if (*protocol == Protocol::PrometheusProto)
      mapping.diagnostics().warn(mapping.place(), mapping.section_path() +
                                                      ".scrape_protocols: PrometheusProto is not "
                                                      "served yet and is not asked for");
    else
      protocols.push_back(*protocol);
  }
  return protocols.empty() ? fallback : protocols;
}

std::optional<Protocol> read_fallback_protocol(config::Mapping& mapping) {
  constexpr std::string_view kKey = "fallback_scrape_protocol";
  const std::string text = mapping.string(kKey);
  if (text.empty()) return std::nullopt;
  const std::optional<Protocol> protocol = protocol_of(text);
  if (!protocol) mapping.error(kKey, "invalid fallback_scrape_protocol: " + unknown_protocol(text));
  if (protocol == Protocol::PrometheusProto) {
    mapping.error(kKey, "PrometheusProto is not served yet");
    return std::nullopt;
  }
  return protocol;
}

Limits read_limits(config::Mapping& mapping, const Limits& fallback) {
  const auto limit = [&](std::string_view key, std::uint64_t otherwise) {
    const auto read = std::uint64_t(mapping.integer(key, 0, 0, kMostCounted));
    return read > 0 ? read : otherwise;
  };
  Limits limits;
  limits.body_size_bytes = mapping.size_bytes("body_size_limit", 0);
  if (limits.body_size_bytes == 0) limits.body_size_bytes = fallback.body_size_bytes;
  limits.samples = limit("sample_limit", fallback.samples);
  limits.labels = limit("label_limit", fallback.labels);
  limits.label_name_length = limit("label_name_length_limit", fallback.label_name_length);
  limits.label_value_length = limit("label_value_length_limit", fallback.label_value_length);
  limits.targets = limit("target_limit", fallback.targets);
  return limits;
}

std::uint64_t read_keep_dropped(config::Mapping& mapping, std::uint64_t fallback) {
  const auto read = std::uint64_t(mapping.integer("keep_dropped_targets", 0, 0, kMostCounted));
  return read > 0 ? read : fallback;
}

NameValidation read_validation(config::Mapping& mapping, NameValidation fallback) {
  constexpr std::string_view kKey = "metric_name_validation_scheme";
  const std::string text = mapping.string(kKey);
  if (text.empty()) return fallback;
  if (text != "utf8" && text != "legacy")
    mapping.error(kKey,
                  "unknown metric name validation method specified, must be either '', 'legacy' or "
                  "'utf8', got " +
                      text);
  return text == "legacy" ? NameValidation::Legacy : NameValidation::Utf8;
}

std::optional<NameEscaping> read_escaping(config::Mapping& mapping, NameValidation validation) {
  constexpr std::string_view kKey = "metric_name_escaping_scheme";
  const std::string text = mapping.string(kKey);
  if (text.empty()) return std::nullopt;
  if (text == "allow-utf-8") {
    if (validation == NameValidation::Legacy)
      mapping.error(kKey, "utf8 metric names requested but validation scheme is not set to UTF8");
    return NameEscaping::AllowUtf8;
  }
  if (text == "dots") return NameEscaping::Dots;
  if (text == "values") return NameEscaping::Values;
  if (text != "underscores")
    mapping.error(kKey,
                  "unknown metric name escaping method specified, must be one of 'allow-utf-8', "
                  "'underscores', 'dots', or 'values', got " +
                      text);
  return NameEscaping::Underscores;
}

void read_parameters(config::Mapping& mapping, Job& job) {
  mapping.section("params", [&](config::Mapping& parameters) {
    const config::Value* section = mapping.raw("params");
    for (const config::Value::Entry& entry : section->entries())
      job.parameters.emplace_back(entry.key, parameters.strings(entry.key));
  });
  std::sort(job.parameters.begin(), job.parameters.end());
}

void read_timing(config::Mapping& mapping, const GlobalOptions& global, Job& job) {
  job.interval = mapping.duration("scrape_interval", 0ms);
  if (job.interval <= 0ms) job.interval = global.scrape_interval;
  job.timeout = mapping.duration("scrape_timeout", 0ms);
  if (job.timeout <= 0ms) job.timeout = std::min(global.scrape_timeout, job.interval);
  if (job.timeout > job.interval) {
    mapping.error(
        "scrape_timeout",
        fmt::format("scrape timeout greater than scrape interval for scrape config with "
                    "job name \"{}\" ({} > {})",
                    job.name, format_duration(job.timeout), format_duration(job.interval)));
    job.timeout = job.interval;
  }
}

void read_pages(config::Mapping& mapping, const GlobalOptions& global, Job& job) {
  job.honor_labels = mapping.flag("honor_labels", false);
  job.honor_timestamps = mapping.flag("honor_timestamps", true);
  job.track_timestamps_staleness = mapping.flag("track_timestamps_staleness", false);
  job.extra_scrape_metrics = mapping.flag("extra_scrape_metrics", global.extra_scrape_metrics);
  job.accept_compressed = mapping.flag("enable_compression", true);
  job.protocols = read_protocols(mapping, global.protocols);
  job.fallback_protocol = read_fallback_protocol(mapping);
  job.name_validation = read_validation(mapping, global.name_validation);
  const std::optional<NameEscaping> escaping = read_escaping(mapping, job.name_validation);
  job.name_escaping = escaping ? *escaping
                      : global.name_escaping && job.name_validation == global.name_validation
                          ? *global.name_escaping
                      : job.name_validation == NameValidation::Legacy ? NameEscaping::Underscores
                                                                      : NameEscaping::AllowUtf8;
  mapping.not_served({"always_scrape_classic_histograms", "scrape_classic_histograms",
                      "convert_classic_histograms_to_nhcb", "scrape_native_histograms",
                      "native_histogram_bucket_limit", "native_histogram_min_bucket_factor",
                      "scrape_failure_log_file"});
}

Job read_job(config::Mapping& mapping, const GlobalOptions& global) {
  Job job;
  job.name = mapping.required_string("job_name");
  read_timing(mapping, global, job);
  job.metrics_path = mapping.string("metrics_path", "/metrics");
  job.scheme = mapping.choice("scheme", "http", {"http", "https"});
  read_pages(mapping, global, job);
  job.limits = read_limits(mapping, global.limits);
  job.keep_dropped_targets = read_keep_dropped(mapping, global.keep_dropped_targets);
  read_parameters(mapping, job);
  job.http = read_http_options(mapping);
  job.relabel_rules = read_relabel_rules(mapping, "relabel_configs");
  job.metric_relabel_rules = read_relabel_rules(mapping, "metric_relabel_configs");
  job.discovery = read_discovery(mapping, !job.relabel_rules.empty());
  return job;
}

/// Files that a pattern names, sorted; a pattern that matches nothing is no error.
std::vector<std::string> matching_files(const std::string& pattern) {
  std::vector<std::string> files;
  glob_t found{};
  if (::glob(pattern.c_str(), 0, nullptr, &found) == 0)
    files.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  ::globfree(&found);
  return files;
}

class JobReader {
 public:
  explicit JobReader(const GlobalOptions& global) : global_(global) {}

  void read(config::Mapping& root) {
    root.each("scrape_configs", [&](config::Mapping& mapping) {
      Job job = read_job(mapping, global_);
      if (!job.name.empty() && !names_.insert(job.name).second)
        mapping.error("job_name",
                      fmt::format("found multiple scrape configs with job name \"{}\"", job.name));
      jobs.push_back(std::move(job));
    });
  }

  void read_file(const std::string& file, config::Mapping& root) {
    const auto tree = config::load_files({file});
    if (!tree) return root.error("scrape_config_files", tree.error().message);
    config::Mapping content(*tree, "", root.diagnostics());
    read(content);
    content.finish();
  }

  std::vector<Job> jobs;

 private:
  const GlobalOptions& global_;
  std::set<std::string> names_;
};

}  // namespace

std::string_view name(Protocol protocol) {
  for (const NamedProtocol& known : kProtocols)
    if (known.protocol == protocol) return known.name;
  return "";
}

std::vector<Protocol> default_protocols() {
  return {Protocol::OpenMetricsText1_0_0, Protocol::OpenMetricsText0_0_1,
          Protocol::PrometheusText1_0_0, Protocol::PrometheusText0_0_4};
}

GlobalOptions read_global_options(config::Mapping& global) {
  GlobalOptions options;
  options.scrape_interval = global.duration("scrape_interval", options.scrape_interval);
  if (options.scrape_interval <= 0ms) {
    global.error("scrape_interval", "must be longer than 0");
    options.scrape_interval = 1min;
  }
  options.scrape_timeout = global.duration("scrape_timeout", 0ms);
  if (options.scrape_timeout > options.scrape_interval)
    global.error("scrape_timeout", "global scrape timeout greater than scrape interval");
  if (options.scrape_timeout <= 0ms)
    options.scrape_timeout = std::min(GlobalOptions().scrape_timeout, options.scrape_interval);
  options.limits = read_limits(global, {});
  options.keep_dropped_targets = read_keep_dropped(global, 0);
  options.extra_scrape_metrics = global.flag("extra_scrape_metrics", false);
  options.protocols = read_protocols(global, default_protocols());
  options.name_validation = read_validation(global, NameValidation::Utf8);
  options.name_escaping = read_escaping(global, options.name_validation);
  return options;
}

std::vector<Job> read_jobs(config::Mapping& root, const GlobalOptions& global) {
  JobReader reader(global);
  reader.read(root);
  for (const std::string& pattern : root.paths("scrape_config_files"))
    for (const std::string& file : matching_files(pattern)) reader.read_file(file, root);
  return std::move(reader.jobs);
}

}  // namespace lapwing::collectors::scrape

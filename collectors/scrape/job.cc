#include "collectors/scrape/job.h"

#include <algorithm>
#include <limits>
#include <set>

#include "agent/base/utf8.h"

namespace lapwing::collectors::scrape {
namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
constexpr std::string_view kAddressLabel = "__address__";

std::uint64_t limit(config::Mapping& job, std::string_view key, std::uint64_t fallback) {
  return std::uint64_t(job.integer(key, std::int64_t(fallback), 0, kMost));
}

void read_authorization(config::Mapping& job, Credentials& credentials) {
  job.section("basic_auth", [&](config::Mapping& basic) {
    credentials.username = basic.string("username");
    credentials.password = basic.secret("password");
    credentials.password_file = basic.path("password_file");
    basic.not_served({"username_file", "username_ref", "password_ref"});
    if (!credentials.password.empty() && !credentials.password_file.empty())
      basic.error("password_file", "set either password or password_file, not both");
    basic.finish();
  });
  job.section("authorization", [&](config::Mapping& authorization) {
    credentials.authorization_type = authorization.string("type", "Bearer");
    credentials.authorization = authorization.secret("credentials");
    credentials.authorization_file = authorization.path("credentials_file");
    authorization.not_served({"credentials_ref"});
    if (!credentials.authorization.empty() && !credentials.authorization_file.empty())
      authorization.error("credentials_file",
                          "set either credentials or credentials_file, not both");
    if (credentials.authorization_type == "Basic" || credentials.authorization_type == "basic")
      authorization.error("type", "must not be Basic: use basic_auth");
    authorization.finish();
  });
  if (job.has("basic_auth") && job.has("authorization"))
    job.error("authorization", "set at most one of basic_auth and authorization");
}

void read_static_groups(config::Mapping& mapping, Job& job) {
  mapping.each("static_configs", [&](config::Mapping& group) {
    StaticGroup read;
    read.targets = group.strings("targets");
    read.labels = group.string_map("labels");
    for (const std::string& target : read.targets) {
      if (target.empty() || target.find('/') != std::string::npos)
        group.error("targets", "\"" + target + "\" is not an address like host:port");
    }
    for (const auto& [name, value] : read.labels) {
      if (name.empty() || !is_utf8(name) || !is_utf8(value))
        group.error("labels", "\"" + name + "\" is not a valid label");
    }
    group.finish();
    job.static_groups.push_back(std::move(read));
  });
}

void read_parameters(config::Mapping& mapping, Job& job) {
  mapping.section("params", [&](config::Mapping& parameters) {
    const config::Value* section = mapping.raw("params");
    if (section == nullptr || section->kind() != config::Value::Kind::Map) return;
    for (const config::Value::Entry& entry : section->entries())
      job.parameters.emplace_back(entry.key, parameters.strings(entry.key));
    parameters.finish();
  });
}

void read_timing(config::Mapping& mapping, const GlobalOptions& global, Job& job) {
  job.interval = mapping.duration("scrape_interval", global.scrape_interval);
  if (job.interval <= 0ms) {
    mapping.error("scrape_interval", "must be longer than 0");
    job.interval = global.scrape_interval;
  }
  job.timeout = mapping.duration("scrape_timeout", std::min(global.scrape_timeout, job.interval));
  if (job.timeout <= 0ms || job.timeout > job.interval) {
    mapping.error("scrape_timeout", "must be longer than 0 and at most the scrape interval, " +
                                        format_duration(job.interval));
    job.timeout = job.interval;
  }
}

Job read_job(config::Mapping& mapping, const GlobalOptions& global) {
  Job job;
  job.name = mapping.required_string("job_name");
  read_timing(mapping, global, job);
  job.metrics_path = mapping.string("metrics_path", "/metrics");
  job.scheme = mapping.choice("scheme", "http", {"http", "https"});
  job.honor_labels = mapping.flag("honor_labels", false);
  job.honor_timestamps = mapping.flag("honor_timestamps", true);
  job.track_timestamps_staleness = mapping.flag("track_timestamps_staleness", false);
  job.follow_redirects = mapping.flag("follow_redirects", true);
  job.accept_compressed = mapping.flag("enable_compression", true);
  job.fallback_protocol =
      mapping.choice("fallback_scrape_protocol", "",
                     {"PrometheusText0.0.4", "PrometheusText1.0.0", "OpenMetricsText0.0.1",
                      "OpenMetricsText1.0.0", "PrometheusProto"});
  if (job.fallback_protocol.starts_with("OpenMetrics") ||
      job.fallback_protocol == "PrometheusProto")
    mapping.error("fallback_scrape_protocol",
                  "only PrometheusText0.0.4 and PrometheusText1.0.0 are served yet");
  job.limits.body_size_bytes = mapping.size_bytes("body_size_limit", global.body_size_limit_bytes);
  job.limits.samples = limit(mapping, "sample_limit", global.sample_limit);
  job.limits.labels = limit(mapping, "label_limit", global.label_limit);
  job.limits.label_name_length =
      limit(mapping, "label_name_length_limit", global.label_name_length_limit);
  job.limits.label_value_length =
      limit(mapping, "label_value_length_limit", global.label_value_length_limit);
  job.limits.targets = limit(mapping, "target_limit", 0);
  read_parameters(mapping, job);
  read_authorization(mapping, job.credentials);
  mapping.section("tls_config", [&](config::Mapping& tls) {
    job.ca_file = tls.path("ca_file");
    job.verify_tls = !tls.flag("insecure_skip_verify", false);
    tls.not_served({"ca", "ca_ref", "cert", "cert_file", "cert_ref", "key", "key_file", "key_ref",
                    "server_name", "min_version", "max_version"});
    tls.finish();
  });
  read_static_groups(mapping, job);
  mapping.not_served({"relabel_configs",
                      "metric_relabel_configs",
                      "scrape_protocols",
                      "scrape_classic_histograms",
                      "always_scrape_classic_histograms",
                      "convert_classic_histograms_to_nhcb",
                      "scrape_native_histograms",
                      "native_histogram_bucket_limit",
                      "native_histogram_min_bucket_factor",
                      "keep_dropped_targets",
                      "scrape_failure_log_file",
                      "metric_name_validation_scheme",
                      "metric_name_escaping_scheme",
                      "oauth2",
                      "enable_http2",
                      "http_headers",
                      "proxy_url",
                      "no_proxy",
                      "proxy_from_environment",
                      "proxy_connect_header",
                      "bearer_token",
                      "bearer_token_file"});
  mapping.not_served({"file_sd_configs",        "http_sd_configs",       "dns_sd_configs",
                      "consul_sd_configs",      "kubernetes_sd_configs", "docker_sd_configs",
                      "dockerswarm_sd_configs", "ec2_sd_configs",        "gce_sd_configs",
                      "azure_sd_configs",       "openstack_sd_configs",  "digitalocean_sd_configs",
                      "hetzner_sd_configs",     "ionos_sd_configs",      "kuma_sd_configs",
                      "lightsail_sd_configs",   "linode_sd_configs",     "marathon_sd_configs",
                      "nerve_sd_configs",       "nomad_sd_configs",      "ovhcloud_sd_configs",
                      "puppetdb_sd_configs",    "scaleway_sd_configs",   "serverset_sd_configs",
                      "stackit_sd_configs",     "triton_sd_configs",     "uyuni_sd_configs",
                      "vultr_sd_configs",       "eureka_sd_configs"});
  return job;
}

std::string url_of(const Job& job, const LabelsBuilder& labels) {
  std::string url(labels.get("__scheme__"));
  url.append("://").append(labels.get(kAddressLabel)).append(labels.get("__metrics_path__"));
  char separator = url.find('?') == std::string::npos ? '?' : '&';
  const auto append = [&](std::string_view name, std::string_view value) {
    url += std::exchange(separator, '&');
    append_query_text(url, name);
    url += '=';
    append_query_text(url, value);
  };
  std::set<std::string, std::less<>> written;
  for (const auto& [name, values] : job.parameters) {
    written.insert(name);
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::string label = "__param_" + name;
      append(name, i == 0 ? labels.get(label) : std::string_view(values[i]));
    }
  }
  for (const auto& [name, value] : labels.pairs()) {
    constexpr std::string_view kPrefix = "__param_";
    if (!name.starts_with(kPrefix)) continue;
    const std::string_view parameter = std::string_view(name).substr(kPrefix.size());
    if (!written.contains(parameter)) append(parameter, value);
  }
  return url;
}

Result<TargetPlan> plan_target(const Job& job, const std::string& address,
                               const TextPairs& group_labels) {
  LabelsBuilder labels;
  labels.set("job", job.name);
  labels.set("__scheme__", job.scheme).set("__metrics_path__", job.metrics_path);
  labels.set("__scrape_interval__", format_duration(job.interval));
  labels.set("__scrape_timeout__", format_duration(job.timeout));
  for (const auto& [name, values] : job.parameters)
    if (!values.empty()) labels.set("__param_" + name, values.front());
  labels.set(kAddressLabel, address);
  for (const auto& [name, value] : group_labels) labels.set(name, value);

  TargetPlan plan;
  plan.pool = job.name;
  plan.discovered = labels.build();
  if (labels.get(kAddressLabel).empty()) return invalid("a target without an address");
  const Result<Duration> interval = parse_duration(labels.get("__scrape_interval__"));
  const Result<Duration> timeout = parse_duration(labels.get("__scrape_timeout__"));
  if (!interval || *interval <= 0ms || !timeout || *timeout <= 0ms || *timeout > *interval)
    return invalid(address + ": __scrape_interval__ or __scrape_timeout__ makes no sense");
  plan.interval = *interval;
  plan.timeout = *timeout;
  plan.url = url_of(job, labels);
  if (labels.get("instance").empty())
    labels.set("instance", std::string(labels.get(kAddressLabel)));
  const auto pairs = labels.pairs();
  for (const auto& pair : pairs)
    if (pair.first.starts_with("__")) labels.remove(pair.first);
  plan.labels = labels.build();
  return plan;
}

}  // namespace

void append_query_text(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.' || c == '~';
    if (plain) {
      out += c;
    } else if (c == ' ') {
      out += '+';
    } else {
      const auto byte = std::uint8_t(c);
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
}

std::string TargetPlan::identity() const { return pool + '\n' + url + '\n' + labels.to_string(); }

std::vector<Job> read_jobs(config::Mapping& root, const GlobalOptions& global) {
  std::vector<Job> jobs;
  std::set<std::string> names;
  root.each("scrape_configs", [&](config::Mapping& mapping) {
    Job job = read_job(mapping, global);
    if (!job.name.empty() && !names.insert(job.name).second)
      mapping.error("job_name", "\"" + job.name + "\" is the name of another job already");
    jobs.push_back(std::move(job));
  });
  return jobs;
}

std::vector<TargetPlan> plan_targets(const Job& job, std::vector<std::string>& trouble) {
  std::vector<TargetPlan> plans;
  std::set<std::string> identities;
  for (const StaticGroup& group : job.static_groups) {
    for (const std::string& address : group.targets) {
      Result<TargetPlan> plan = plan_target(job, address, group.labels);
      if (!plan) {
        trouble.push_back("job " + job.name + ": " + plan.error().message);
      } else if (identities.insert(plan->identity()).second) {
        plans.push_back(std::move(*plan));
      }
    }
  }
  return plans;
}

}  // namespace lapwing::collectors::scrape

#include "collectors/scrape/discovery/options.h"

#include <fmt/core.h>

#include <string_view>

#include "agent/base/regex.h"
#include "agent/base/utf8.h"
#include "agent/http/url.h"

namespace lapwing::collectors::scrape {
namespace {

constexpr Duration kShortestRefresh = 1s;

Duration read_refresh(config::Mapping& mapping, Duration fallback) {
  const Duration interval = mapping.duration("refresh_interval", fallback);
  if (interval >= kShortestRefresh) return interval;
  mapping.error("refresh_interval", "must be at least " + format_duration(kShortestRefresh));
  return fallback;
}

TargetGroup read_static_group(config::Mapping& mapping, bool relabels) {
  TargetGroup group;
  for (std::string& target : mapping.strings("targets")) {
    if (!is_utf8(target)) mapping.error("targets", "a target is not UTF-8");
    // What is no address may be a URL that relabelling takes apart.
    if (!relabels && target.find('/') != std::string::npos)
      mapping.error("targets", fmt::format("\"{}\" is not a valid hostname", target));
    group.targets.push_back(target_at(std::move(target)));
  }
  group.labels = mapping.string_map("labels");
  for (const auto& [name, value] : group.labels)
    if (name.empty() || !is_utf8(name) || !is_utf8(value))
      mapping.error("labels", fmt::format("\"{}\" is not a valid label name", name));
  return group;
}

/// `*` may stand in the last part of the path alone, and the ending tells the format.
bool is_file_pattern(const std::string& path) {
  const auto pattern = Regex::create(R"([^*]*(\*[^/]*)?\.(json|yml|yaml|JSON|YML|YAML))");
  return pattern.ok() && pattern->matches(path);
}

FileDiscovery read_files(config::Mapping& mapping) {
  FileDiscovery options;
  options.patterns = mapping.paths("files");
  options.refresh_interval = read_refresh(mapping, options.refresh_interval);
  if (options.patterns.empty())
    mapping.error("files", "file service discovery config must contain at least one path name");
  for (const std::string& pattern : options.patterns)
    if (!is_file_pattern(pattern))
      mapping.error("files",
                    fmt::format("path name \"{}\" is not valid for file discovery", pattern));
  return options;
}

HttpDiscovery read_http(config::Mapping& mapping) {
  HttpDiscovery options;
  options.url = mapping.string("url");
  options.refresh_interval = read_refresh(mapping, options.refresh_interval);
  const http::Origin origin = http::origin_of(options.url);
  if (options.url.empty())
    mapping.error("url", "URL is missing");
  else if (origin.scheme != "http" && origin.scheme != "https")
    mapping.error("url", "URL scheme must be 'http' or 'https'");
  else if (origin.host.empty())
    mapping.error("url", "host is missing in URL");
  options.http = read_http_options(mapping);
  return options;
}

DnsType dns_type(const std::string& text) {
  if (text == "A") return DnsType::A;
  if (text == "AAAA") return DnsType::Aaaa;
  if (text == "MX") return DnsType::Mx;
  if (text == "NS") return DnsType::Ns;
  return DnsType::Srv;
}

DnsDiscovery read_dns(config::Mapping& mapping) {
  DnsDiscovery options;
  options.names = mapping.strings("names");
  std::string type = mapping.string("type", "SRV");
  for (char& c : type)
    if (c >= 'a' && c <= 'z') c = char(c - 'a' + 'A');
  options.type = dns_type(type);
  constexpr std::int64_t kMostPorts = 65'535;
  options.port = std::uint16_t(mapping.integer("port", 0, 0, kMostPorts));
  options.refresh_interval = read_refresh(mapping, options.refresh_interval);
  if (options.names.empty())
    mapping.error("names", "DNS-SD config must contain at least one SRV record name");
  const bool known = options.type != DnsType::Srv || type == "SRV";
  if (!known) mapping.error("type", fmt::format("invalid DNS-SD records type {}", type));
  if (known && options.type != DnsType::Srv && options.port == 0)
    mapping.error("port", "a port is required in DNS-SD configs for all record types except SRV");
  return options;
}

}  // namespace

DiscoveryOptions read_discovery(config::Mapping& job, bool relabels) {
  DiscoveryOptions options;
  job.each("static_configs", [&](config::Mapping& mapping) {
    options.static_groups.push_back(read_static_group(mapping, relabels));
  });
  job.each("file_sd_configs",
           [&](config::Mapping& mapping) { options.files.push_back(read_files(mapping)); });
  job.each("http_sd_configs",
           [&](config::Mapping& mapping) { options.http.push_back(read_http(mapping)); });
  job.each("dns_sd_configs",
           [&](config::Mapping& mapping) { options.dns.push_back(read_dns(mapping)); });
  job.not_served({"azure_sd_configs",     "consul_sd_configs",      "digitalocean_sd_configs",
                  "docker_sd_configs",    "dockerswarm_sd_configs", "ec2_sd_configs",
                  "eureka_sd_configs",    "gce_sd_configs",         "hetzner_sd_configs",
                  "ionos_sd_configs",     "kubernetes_sd_configs",  "kuma_sd_configs",
                  "lightsail_sd_configs", "linode_sd_configs",      "marathon_sd_configs",
                  "nerve_sd_configs",     "nomad_sd_configs",       "openstack_sd_configs",
                  "ovhcloud_sd_configs",  "puppetdb_sd_configs",    "scaleway_sd_configs",
                  "serverset_sd_configs", "stackit_sd_configs",     "triton_sd_configs",
                  "uyuni_sd_configs",     "vultr_sd_configs"});
  return options;
}

}  // namespace lapwing::collectors::scrape

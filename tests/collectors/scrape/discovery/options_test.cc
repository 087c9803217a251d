#include "collectors/scrape/discovery/options.h"

#include <catch2/catch.hpp>

using namespace lapwing;
using namespace lapwing::collectors::scrape;

namespace {

struct Read {
  DiscoveryOptions options;
  std::string errors;
};

Read read(const std::string& yaml, bool relabels = false) {
  config::Diagnostics diagnostics;
  const auto value = config::parse_yaml("/etc/t.yml", "{" + yaml + "}");
  REQUIRE(value.ok());
  Read found;
  {
    config::Mapping mapping(*value, "", diagnostics);
    found.options = read_discovery(mapping, relabels);
    mapping.finish();
  }
  const auto result = diagnostics.result();
  if (!result) found.errors = result.error().message;
  return found;
}

bool fails(const std::string& yaml, const std::string& with) {
  const Read found = read(yaml);
  INFO(yaml + " -> " + found.errors);
  CHECK(found.errors.find(with) != std::string::npos);
  return found.errors.find(with) != std::string::npos;
}

}  // namespace

TEST_CASE("discovery options: what is left out has Prometheus's defaults") {
  const Read found = read(
      "file_sd_configs: [{files: ['t/*.json']}], http_sd_configs: [{url: 'http://h/x'}], "
      "dns_sd_configs: [{names: [n]}, {names: [n], type: a, port: 9}]");
  CHECK(found.errors == "");
  CHECK(found.options.files.at(0).patterns == std::vector<std::string>{"/etc/t/*.json"});
  CHECK(found.options.files.at(0).refresh_interval == 5min);
  CHECK(found.options.http.at(0).refresh_interval == 1min);
  CHECK(found.options.dns.at(0).type == DnsType::Srv);
  CHECK(found.options.dns.at(0).refresh_interval == 30s);
  CHECK(found.options.dns.at(1).type == DnsType::A);
}

TEST_CASE("discovery options: a static target is an address, unless relabelling makes one") {
  CHECK(
      fails("static_configs: [{targets: ['http://x/']}]", "\"http://x/\" is not a valid hostname"));
  CHECK(read("static_configs: [{targets: ['http://x/']}]", true).errors == "");
  CHECK(fails("static_configs: [{targets: [a], labels: {'': x}}]", "is not a valid label name"));
}

TEST_CASE("discovery options: errors are in Prometheus's words") {
  CHECK(fails("file_sd_configs: [{}]",
              "file service discovery config must contain at least one path name"));
  CHECK(fails("file_sd_configs: [{files: ['a.txt']}]",
              "path name \"/etc/a.txt\" is not valid for file discovery"));
  CHECK(fails("file_sd_configs: [{files: ['*/a.yml']}]", "is not valid for file discovery"));
  CHECK(fails("http_sd_configs: [{}]", "URL is missing"));
  CHECK(fails("http_sd_configs: [{url: 'ftp://x'}]", "URL scheme must be 'http' or 'https'"));
  CHECK(fails("http_sd_configs: [{url: 'http:///x'}]", "host is missing in URL"));
  CHECK(fails("dns_sd_configs: [{}]", "DNS-SD config must contain at least one SRV record name"));
  CHECK(fails("dns_sd_configs: [{names: [n], type: A}]",
              "a port is required in DNS-SD configs for all record types except SRV"));
  CHECK(fails("dns_sd_configs: [{names: [n], type: TXT}]", "invalid DNS-SD records type TXT"));
  CHECK(fails("dns_sd_configs: [{names: [n], refresh_interval: 0s}]", "must be at least 1s"));
}

#include "collectors/probe/module.h"

#include <algorithm>
#include <array>

#include "agent/base/file.h"
#include "agent/config/print.h"
#include "agent/http/header.h"
#include "collectors/probe/dns_message.h"
#include "collectors/scrape/tls_config.h"

namespace lapwing::collectors::probe {
namespace {

constexpr std::int64_t kLargestPayload = 65'000;

/// Go's regular expressions match any part of a text, and "." no line break.
std::string unanchored(const std::string& pattern) { return "(?-s)" + pattern; }
/// The same as a match of the whole, so that its groups can be expanded.
std::string whole_line(const std::string& pattern) {
  return "(?s:.*?)(?-s:" + pattern + ")(?s:.*)";
}

std::optional<Regex> read_regex(config::Mapping& mapping, std::string_view key,
                                const std::string& pattern,
                                std::string (*form)(const std::string&)) {
  auto regex = Regex::create(form(pattern));
  if (regex) return *regex;
  mapping.error(
      key, "Could not compile regular expression \"" + pattern + "\": " + regex.error().message);
  return std::nullopt;
}

std::vector<Regex> read_regexes(config::Mapping& mapping, std::string_view key) {
  std::vector<Regex> regexes;
  for (const std::string& pattern : mapping.strings(key))
    if (auto regex = read_regex(mapping, key, pattern, unanchored)) regexes.push_back(*regex);
  return regexes;
}

AddressOptions read_address(config::Mapping& mapping) {
  AddressOptions address;
  if (mapping.choice("preferred_ip_protocol", "ip6", {"ip4", "ip6"}) == "ip4")
    address.preferred = IpProtocol::Ip4;
  address.fallback = mapping.flag("ip_protocol_fallback", true);
  return address;
}

std::vector<HeaderMatch> read_header_matches(config::Mapping& mapping, std::string_view key) {
  std::vector<HeaderMatch> matches;
  mapping.each(key, [&](config::Mapping& one) {
    std::string header = one.required_string("header");
    const std::string pattern = one.required_string("regexp");
    const bool allow_missing = one.flag("allow_missing", false);
    if (auto regex = read_regex(one, "regexp", pattern, unanchored))
      matches.push_back({std::move(header), *regex, allow_missing});
  });
  return matches;
}

Compression read_compression(config::Mapping& mapping) {
  const std::string text =
      mapping.choice("compression", "", {"", "identity", "gzip", "deflate", "br"});
  if (text == "identity") return Compression::Identity;
  if (text == "gzip") return Compression::Gzip;
  if (text == "deflate") return Compression::Deflate;
  if (text == "br") return Compression::Brotli;
  return Compression::None;
}

HttpModule read_http(config::Mapping& mapping) {
  HttpModule http;
  http.address = read_address(mapping);
  for (const std::string& code : mapping.strings("valid_status_codes")) {
    const int status = std::atoi(code.c_str());
    if (status < 100 || status > 999)
      mapping.error("valid_status_codes", "expected HTTP statuses, not \"" + code + "\"");
    http.valid_status_codes.push_back(status);
  }
  http.valid_http_versions = mapping.strings("valid_http_versions");
  http.fail_if_ssl = mapping.flag("fail_if_ssl", false);
  http.fail_if_not_ssl = mapping.flag("fail_if_not_ssl", false);
  http.method = mapping.string("method", "GET");
  http.body = mapping.string("body");
  http.body_file = mapping.path("body_file");
  if (!http.body.empty() && !http.body_file.empty())
    mapping.error("body_file", "setting body and body_file both are not allowed");
  http.headers = mapping.string_map("headers");
  for (const auto& [name, value] : http.headers)
    if (!http::is_token(name) || !http::is_header_value(value))
      mapping.error("headers", "\"" + name + "\" is no header that can be sent");
  http.fail_if_body_matches = read_regexes(mapping, "fail_if_body_matches_regexp");
  http.fail_if_body_not_matches = read_regexes(mapping, "fail_if_body_not_matches_regexp");
  http.fail_if_header_matches = read_header_matches(mapping, "fail_if_header_matches");
  http.fail_if_header_not_matches = read_header_matches(mapping, "fail_if_header_not_matches");
  http.compression = read_compression(mapping);
  http.body_size_limit_bytes = mapping.size_bytes("body_size_limit", 0);
  http.enable_http2 = mapping.flag("enable_http2", true);
  http.access = scrape::read_http_options(mapping);
  // The name of before: true wins over follow_redirects.
  if (mapping.flag("no_follow_redirects", false)) http.access.follow_redirects = false;
  mapping.flag("skip_resolve_phase_with_proxy", false);  // a proxy always looks names up here
  mapping.not_served({"fail_if_body_json_matches_cel", "fail_if_body_json_not_matches_cel",
                      "enable_http3", "use_http3"});
  return http;
}

QueryStep read_step(config::Mapping& mapping) {
  QueryStep step;
  step.expect_pattern = mapping.string("expect");
  if (!step.expect_pattern.empty())
    step.expect = read_regex(mapping, "expect", step.expect_pattern, whole_line);
  step.expect_bytes = mapping.string("expect_bytes");
  step.send = mapping.string("send");
  step.starttls = mapping.flag("starttls", false);
  mapping.each("labels", [&](config::Mapping& label) {
    step.labels.emplace_back(label.required_string("name"), label.string("value"));
  });
  return step;
}

TcpModule read_tcp(config::Mapping& mapping) {
  TcpModule tcp;
  tcp.address = read_address(mapping);
  tcp.address.source = mapping.string("source_ip_address");
  mapping.each("query_response",
               [&](config::Mapping& step) { tcp.query_response.push_back(read_step(step)); });
  tcp.tls = mapping.flag("tls", false);
  tcp.tls_options = scrape::read_tls_options(mapping);
  return tcp;
}

RecordCheck read_check(config::Mapping& mapping, std::string_view key) {
  RecordCheck check;
  mapping.section(key, [&](config::Mapping& section) {
    check.fail_if_matches = read_regexes(section, "fail_if_matches_regexp");
    check.fail_if_all_match = read_regexes(section, "fail_if_all_match_regexp");
    check.fail_if_not_matches = read_regexes(section, "fail_if_not_matches_regexp");
    check.fail_if_none_matches = read_regexes(section, "fail_if_none_matches_regexp");
  });
  return check;
}

DnsModule read_dns(config::Mapping& mapping) {
  DnsModule dns;
  dns.address = read_address(mapping);
  dns.address.source = mapping.string("source_ip_address");
  dns.tcp = mapping.choice("transport_protocol", "udp", {"udp", "tcp"}) == "tcp";
  dns.tls = mapping.flag("dns_over_tls", false);
  if (dns.tls && !dns.tcp) mapping.error("dns_over_tls", "needs transport_protocol: tcp");
  dns.tls_options = scrape::read_tls_options(mapping);
  dns.query_name = mapping.required_string("query_name");
  if (!dns.query_name.empty() && !dns_query({.name = dns.query_name}))
    mapping.error("query_name", "\"" + dns.query_name + "\" is no name of DNS");
  const auto number = [&](std::string_view key, std::uint16_t otherwise, auto* find) {
    const std::string text = mapping.string(key);
    if (text.empty()) return otherwise;
    const std::optional<std::uint16_t> known = find(text);
    if (!known) mapping.error(key, "\"" + text + "\" is not known");
    return known.value_or(otherwise);
  };
  dns.query_class = number("query_class", dns.query_class, dns_class_of);
  dns.query_type = number("query_type", dns.query_type, dns_type_of);
  dns.recursion_desired = mapping.flag("recursion_desired", true);
  for (const std::string& text : mapping.strings("valid_rcodes")) {
    const std::optional<int> rcode = dns_rcode_of(text);
    if (!rcode) mapping.error("valid_rcodes", "\"" + text + "\" is not known");
    dns.valid_rcodes.push_back(rcode.value_or(0));
  }
  dns.answer = read_check(mapping, "validate_answer_rrs");
  dns.authority = read_check(mapping, "validate_authority_rrs");
  dns.additional = read_check(mapping, "validate_additional_rrs");
  return dns;
}

IcmpModule read_icmp(config::Mapping& mapping) {
  IcmpModule icmp;
  icmp.address = read_address(mapping);
  icmp.address.source = mapping.string("source_ip_address");
  icmp.payload_size_bytes = std::size_t(mapping.integer("payload_size", 0, 0, kLargestPayload));
  icmp.dont_fragment = mapping.flag("dont_fragment", false);
  icmp.ttl = int(mapping.integer("ttl", 64, 1, 255));
  return icmp;
}

std::shared_ptr<const Module> read_module(config::Mapping& mapping, const std::string& name,
                                          const config::Value& tree) {
  auto module = std::make_shared<Module>();
  module->name = name;
  module->yaml = config::print_yaml(tree);
  module->timeout = mapping.duration("timeout", 0ms);
  module->prober = mapping.required_string("prober");
  if (module->prober == "http") {
    module->kind = Kind::Http;
  } else if (module->prober == "tcp") {
    module->kind = Kind::Tcp;
  } else if (module->prober == "dns") {
    module->kind = Kind::Dns;
    if (!mapping.has("dns")) mapping.error("dns", "query_name must be set");
  } else if (module->prober == "icmp") {
    module->kind = Kind::Icmp;
  } else {
    module->kind = Kind::NotServed;
    mapping.diagnostics().warn(mapping.place(), mapping.section_path() + ": prober \"" +
                                                    module->prober +
                                                    "\" is not served; http, tcp, dns, icmp are");
  }
  mapping.section("http", [&](config::Mapping& section) { module->http = read_http(section); });
  mapping.section("tcp", [&](config::Mapping& section) { module->tcp = read_tcp(section); });
  mapping.section("dns", [&](config::Mapping& section) { module->dns = read_dns(section); });
  mapping.section("icmp", [&](config::Mapping& section) { module->icmp = read_icmp(section); });
  for (const char* other : {"grpc", "unix"})
    if (module->kind != Kind::NotServed)
      mapping.not_served({other});
    else
      mapping.raw(other);
  return module;
}

void read_module_map(config::Mapping& root, Modules& modules) {
  root.section("modules", [&](config::Mapping& section) {
    const config::Value* const raw = root.raw("modules");
    for (const config::Value::Entry& entry : raw->entries())
      section.section(entry.key, [&](config::Mapping& mapping) {
        modules[entry.key] = read_module(mapping, entry.key, entry.value);
      });
  });
}

Modules parse_defaults() {
  constexpr std::string_view kDefaults = R"(
modules:
  http_2xx: {prober: http}
  http_post_2xx: {prober: http, http: {method: POST}}
  tcp_connect: {prober: tcp}
  pop3s_banner: {prober: tcp, tcp: {query_response: [{expect: '^\+OK'}], tls: true}}
  ssh_banner: {prober: tcp, tcp: {query_response: [{expect: '^SSH-2.0-'}, {send: SSH-2.0-lapwing}]}}
  redis_ping: {prober: tcp, tcp: {query_response: [{send: PING}, {expect: '^\+PONG|^-NOAUTH'}]}}
  icmp: {prober: icmp}
  icmp_ttl5: {prober: icmp, timeout: 5s, icmp: {ttl: 5}}
)";
  const auto tree = config::parse_yaml("default modules", kDefaults);
  config::Diagnostics diagnostics;
  Modules modules;
  if (!tree) return modules;
  config::Mapping root(*tree, "", diagnostics);
  read_module_map(root, modules);
  return modules;
}

}  // namespace

Modules default_modules() { return parse_defaults(); }

Modules read_modules(config::Mapping& root) {
  Modules modules = default_modules();
  for (const std::string& file : root.paths("probe_module_files")) {
    auto tree = config::load_files({file});
    if (!tree) {
      root.error("probe_module_files", tree.error().message);
      continue;
    }
    config::Mapping own(*tree, "", root.diagnostics());
    read_module_map(own, modules);
    own.finish();
  }
  read_module_map(root, modules);
  return modules;
}

}  // namespace lapwing::collectors::probe

#include "collectors/services/options.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace lapwing::collectors::services {
namespace {

constexpr std::int64_t kMostServices = 1000;
constexpr std::int64_t kMostTopProcesses = 50;
constexpr std::size_t kMostRules = 1000;
constexpr std::int64_t kLastPort = 65535;

std::optional<Regex> read_pattern(config::Mapping& rule, std::string_view key) {
  if (!rule.has(key)) return std::nullopt;
  auto regex = Regex::create(rule.string(key));
  if (regex) return *std::move(regex);
  rule.error(key, "not a regular expression: " + regex.error().message);
  return std::nullopt;
}

std::optional<std::uint16_t> port_of(std::string_view text) {
  std::int64_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port < 1 || port > kLastPort)
    return std::nullopt;
  return std::uint16_t(port);
}

// One port, or a list of them.
void read_ports(config::Mapping& rule, ServiceRule& into) {
  const config::Value* const value = rule.raw("port");
  if (value == nullptr) return;
  const std::vector<config::Value> one{*value};
  const auto& items = value->kind() == config::Value::Kind::List ? value->items() : one;
  for (const config::Value& item : items) {
    const auto port =
        item.kind() == config::Value::Kind::Scalar ? port_of(item.text()) : std::nullopt;
    if (!port) {
      rule.error("port", "expected a port from 1 to 65535, or a list of them");
      return;
    }
    into.ports.push_back(*port);
  }
}

ServiceRule read_rule(config::Mapping& section) {
  ServiceRule rule;
  rule.name = section.required_string("name");
  rule.unit = read_pattern(section, "unit");
  rule.container = read_pattern(section, "container");
  rule.executable = read_pattern(section, "executable");
  rule.command_line = read_pattern(section, "command_line");
  rule.user = read_pattern(section, "user");
  read_ports(section, rule);
  static constexpr std::string_view kMatchers[] = {"unit",         "container", "executable",
                                                   "command_line", "user",      "port"};
  if (std::none_of(std::begin(kMatchers), std::end(kMatchers),
                   [&](std::string_view key) { return section.has(key); }))
    section.error(
        "name", "a rule needs a matcher: unit, container, executable, command_line, port or user");
  return rule;
}

void read_top(config::Mapping& section, TopOptions& top) {
  constexpr Duration kShortestInterval = 1s;
  constexpr std::uint64_t kLeastBytes = 1u << 20;
  top.enabled = section.flag("enabled", top.enabled);
  top.interval = section.duration("interval", top.interval);
  if (top.interval < kShortestInterval) section.error("interval", "must be at least 1s");
  top.processes =
      std::size_t(section.integer("processes", std::int64_t(top.processes), 1, kMostTopProcesses));
  top.command_lines = section.flag("command_lines", top.command_lines);
  top.size_limit_bytes = section.size_bytes("size", top.size_limit_bytes);
  if (top.size_limit_bytes < kLeastBytes) section.error("size", "must be at least 1MB");
}

}  // namespace

bool ServicesOptions::has_port_rules() const {
  return std::any_of(rules.begin(), rules.end(),
                     [](const ServiceRule& rule) { return !rule.ports.empty(); });
}

bool ServicesOptions::has_user_rules() const {
  return std::any_of(rules.begin(), rules.end(),
                     [](const ServiceRule& rule) { return rule.user.has_value(); });
}

ServicesOptions read_services_options(config::Mapping& root) {
  ServicesOptions options;
  root.section("services", [&](config::Mapping& section) {
    options.service_limit = std::size_t(
        section.integer("limit", std::int64_t(options.service_limit), 0, kMostServices));
    section.each("rules", [&](config::Mapping& rule) {
      options.rules.push_back(read_rule(rule));
      if (options.rules.size() == kMostRules + 1)
        section.error("rules", "more than " + std::to_string(kMostRules) + " rules");
    });
    section.section("top", [&](config::Mapping& top) { read_top(top, options.top); });
  });
  return options;
}

}  // namespace lapwing::collectors::services

#include "collectors/access_log/options.h"

#include <catch2/catch.hpp>

using namespace lapwing;
using namespace lapwing::collectors::access_log;

namespace {
std::pair<std::vector<LogOptions>, std::string> read(const std::string& yaml) {
  const auto tree = config::parse_yaml("/etc/t.yml", yaml);
  REQUIRE(tree.ok());
  config::Diagnostics diagnostics;
  config::Mapping root(*tree, "", diagnostics);
  auto logs = read_access_logs(root);
  root.finish();
  const auto result = diagnostics.result();
  return {std::move(logs), result ? "" : result.error().message};
}
}  // namespace

TEST_CASE("access log options: defaults and every key") {
  const auto [logs, errors] = read(R"(
access_logs:
  - path: nginx/access.log
  - {path: /b, service: shop, format: json, host_limit: 0, duration_unit: ms,
     fields: {method: m, request: r, status: s, duration: d, host: h}}
)");
  CHECK(errors == "");
  REQUIRE(logs.size() == 2);
  CHECK(logs[0].path == "/etc/nginx/access.log");
  CHECK(logs[0].service == "nginx");
  CHECK(logs[0].format == "combined");
  CHECK(logs[1].fields.status == "s");
  CHECK(logs[1].host_limit == 0);
  CHECK(logs[1].time_unit_seconds == 1e-3);
}

TEST_CASE("access log options: mistakes are told") {
  CHECK(read("access_logs: [{format: combined}]").second.find("path") != std::string::npos);
  CHECK(read("access_logs: [{path: /a, format: x}]").second.find("no format") != std::string::npos);
  CHECK(read("access_logs: [{path: /a}, {path: /a}]").second.find("twice") != std::string::npos);
  CHECK(read("access_logs: [{path: /a, service: ''}]").second.find("empty") != std::string::npos);
}

TEST_CASE("access log options: as the collector's setting they come back whole") {
  const auto [logs, errors] = read(
      "access_logs: [{path: /a, format: '$status \"x\"', duration_unit: us, host_limit: 7}, "
      "{path: /b, format: json, fields: {method: m, request: r, status: s, duration: d, host: "
      "h}}]");
  CHECK(errors == "");
  CHECK(parse_logs(write_logs(logs)) == logs);
  CHECK(parse_logs("").empty());
  CHECK(parse_logs(write_logs({})).empty());
}

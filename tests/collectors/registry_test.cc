#include "collectors/registry.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "agent/base/regex.h"
#include "tests/collectors/support.h"

using namespace lapwing;
using namespace lapwing::collectors;

TEST_CASE("registry: names are sorted and unique, and each is found by its name") {
  const auto table = collector_table();
  CHECK(std::is_sorted(table.begin(), table.end(),
                       [](const auto& a, const auto& b) { return a.name < b.name; }));
  std::set<std::string_view> names;
  for (const CollectorDescriptor& descriptor : table) {
    INFO(descriptor.name);
    CHECK(names.insert(descriptor.name).second);
    CHECK(find_collector(descriptor.name) == &descriptor);
  }
  CHECK(names.count("cpu") == 1);
}

TEST_CASE("registry: there is no collector by another name") {
  for (const char* name : {"", "cp", "cpus", "CPU"}) CHECK(find_collector(name) == nullptr);
}

TEST_CASE("registry: intervals are whole seconds, so that ticks meet") {
  for (const CollectorDescriptor& descriptor : collector_table()) {
    INFO(descriptor.name);
    CHECK(descriptor.interval >= 1s);
    CHECK(descriptor.interval % 1s == Duration{});
  }
}

TEST_CASE("registry: each default of a setting is a regular expression, each key there once") {
  std::size_t settings = 0;
  for (const CollectorDescriptor& descriptor : collector_table()) {
    std::set<std::string_view> keys;
    for (const SettingDescriptor& setting : descriptor.settings) {
      INFO(descriptor.name << " " << setting.key);
      CHECK(keys.insert(setting.key).second);
      if (setting.kind == SettingKind::Pattern) CHECK(Regex::create(setting.fallback).ok());
      if (setting.kind == SettingKind::Path) CHECK(setting.fallback.starts_with('/'));
      ++settings;
    }
  }
  CHECK(settings > 0);
}

TEST_CASE("registry: every factory makes a collector, without touching the host") {
  testing::BareHost host;
  for (const CollectorDescriptor& descriptor : collector_table()) {
    INFO(descriptor.name);
    CHECK(host.bed.make(descriptor.name) != nullptr);
  }
}

TEST_CASE("registry: what can hang in the kernel is off the tick, the agent's own is its own") {
  CHECK(find_collector("filesystem")->lane == Lane::Slow);
  CHECK(find_collector("netclass")->lane == Lane::Slow);
  for (const char* name : {"hwmon", "powersupplyclass", "systemd", "textfile", "thermal_zone"})
    CHECK(find_collector(name)->lane == Lane::Slow);
  CHECK(find_collector("cpu")->lane == Lane::Tick);
  CHECK(find_collector("counters")->origin == Origin::Agent);
  // Dashboards look for node_exporter's own process beside the host's series.
  CHECK(find_collector("process")->origin == Origin::Host);
  CHECK(find_collector("cpu")->origin == Origin::Host);
}

TEST_CASE("registry: what node_exporter has off is off, but for what its dashboard asks for") {
  for (const char* name : {"ksmd", "meminfo_numa", "softirqs"})
    CHECK_FALSE(find_collector(name)->on_by_default);
  for (const char* name : {"interrupts", "processes", "systemd", "tcpstat"})
    CHECK(find_collector(name)->on_by_default);
}

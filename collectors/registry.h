// The table of collectors: name, on by default, interval, settings, where it runs, factory.
// An explicit table: self-registering objects would be dropped by the linker.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "agent/metrics/registry.h"
#include "collectors/collector.h"
#include "collectors/options.h"

namespace lapwing::collectors {

enum class Lane {
  Tick,  ///< cannot hang (/proc, /sys): on the collect thread, all in one pass
  Slow,  ///< can hang (statfs): on a thread of its own
};

/// Whose series they are.
enum class Origin { Host, Agent };

enum class SettingKind {
  Pattern,  ///< a regular expression, as node_exporter's flags take
  Path,     ///< relative to the file that it stands in
};

struct SettingDescriptor {
  std::string_view key;
  std::string_view fallback;
  SettingKind kind = SettingKind::Pattern;
};

struct FactoryInput {
  const CollectorContext& context;
  const CollectorSettings& settings;  ///< complete: fallbacks filled in
  const metrics::Registry& counters;  ///< the agent's own
};

struct CollectorDescriptor {
  std::string_view name;
  bool on_by_default;
  Duration interval;
  Lane lane;
  Origin origin;
  std::span<const SettingDescriptor> settings;
  std::unique_ptr<Collector> (*make)(const FactoryInput& input);
};

/// Every collector there is, sorted by name.
std::span<const CollectorDescriptor> collector_table();
/// nullptr when there is none of that name.
const CollectorDescriptor* find_collector(std::string_view name);

}  // namespace lapwing::collectors

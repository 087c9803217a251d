// systemd: units and their states, from systemd's D-Bus interface on the system bus
// (org.freedesktop.systemd1(5)).
// Leaves out: tasks and start times of units, which node_exporter has switched off by default.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"

namespace lapwing::collectors::host {

inline constexpr std::size_t kUnitLimit = 20'000;

struct SystemdUnit {
  std::string name;
  std::string load_state;    ///< "loaded", "not-found" …
  std::string active_state;  ///< "active", "failed" …
  std::string path;          ///< the unit's object on the bus
};

/// The body of the answer to ListUnits: a(ssssssouso).
Result<std::vector<SystemdUnit>> parse_units(std::string_view body);

/// The leading number of a version such as "252.30-1~deb12u2": 252.30; 0 when there is none.
double systemd_version_number(std::string_view version);

}  // namespace lapwing::collectors::host

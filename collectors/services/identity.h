// What a process is called: the name of its service, from its control group, its executable and
// the rules of the configuration. Pure: the facts are read elsewhere.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/services/cgroup_path.h"
#include "collectors/services/options.h"
#include "collectors/services/service_map.h"

namespace lapwing::collectors::services {

/// What is known of a process. What could not be read is empty.
struct ProcessFacts {
  std::string comm;        ///< as in /proc/PID/stat: up to 15 bytes
  std::string executable;  ///< where /proc/PID/exe leads
  std::vector<std::string> arguments;
  std::string user;
  std::optional<CgroupOwner> owner;
  std::string container_name;  ///< of the owner, where a container or pod; see ContainerNames
  std::vector<std::uint16_t> ports;
  bool kernel_thread = false;
};

struct ServiceIdentity {
  std::string name;
  ServiceKind kind = ServiceKind::Processes;
  /// Named by a rule that looks at single processes, so that a control group says too little.
  bool by_process = false;
  bool operator==(const ServiceIdentity&) const = default;
};

/// The first rule that matches; else unit, container or pod; else executable_name().
ServiceIdentity identify(const ProcessFacts& facts, const std::vector<ServiceRule>& rules);

/// "nginx", "python3:server.py" → the script's own name for an interpreter, so that two services
/// written in one language are two. Kernel threads are all "kernel".
std::string executable_name(const ProcessFacts& facts);

/// The content of /proc/PID/cmdline as arguments; at most 64 of them.
std::vector<std::string> parse_command_line(std::string_view content);

}  // namespace lapwing::collectors::services

// The section `services` of the configuration: how services are named and put together, and how
// many have series of their own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/regex.h"
#include "agent/base/time.h"
#include "agent/config/mapping.h"

namespace lapwing::collectors::services {

/// Names the processes that meet every matcher given; patterns must match the whole text.
struct ServiceRule {
  std::string name;  ///< may use $1, ${name} of the first pattern given, in the order below
  std::optional<Regex> unit;
  std::optional<Regex> container;     ///< the container's or pod's name
  std::optional<Regex> executable;    ///< the path, or the name where the path is not to be had
  std::optional<Regex> command_line;  ///< arguments, one blank between them
  std::optional<Regex> user;
  std::vector<std::uint16_t> ports;  ///< listens on one of these; empty: any
};

struct TopOptions {
  bool enabled = true;
  Duration interval = 10s;
  std::size_t processes = 5;   ///< the first few by each of CPU, memory, I/O and delay
  bool command_lines = false;  ///< off: the name alone is kept
  std::uint64_t size_limit_bytes = 64u << 20;
};

struct ServicesOptions {
  std::size_t service_limit = 30;    ///< services with series of their own; the rest is `other`
  std::vector<ServiceRule> rules{};  ///< the first that matches names the process
  TopOptions top{};

  bool has_port_rules() const;
  bool has_user_rules() const;
};

/// Reads `services` from the root of the configuration.
ServicesOptions read_services_options(config::Mapping& root);

}  // namespace lapwing::collectors::services

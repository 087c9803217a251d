// The list `access_logs` of the configuration.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "agent/config/mapping.h"
#include "collectors/access_log/line_format.h"

namespace lapwing::collectors::access_log {

struct LogOptions {
  std::string path;
  std::string service;              ///< label of its series
  std::string format = "combined";  ///< as LineFormat::create takes it
  JsonFields fields{};
  double time_unit_seconds = 1;  ///< of JSON's durations
  std::size_t host_limit = 20;   ///< hosts told apart; the others are "other"; 0: no label
  bool operator==(const LogOptions&) const = default;
};

/// The logs as one text, in which they reach their collector: settings are texts, which a reload
/// compares.
std::string write_logs(const std::vector<LogOptions>& logs);
/// The reverse; nothing for what is no such text.
std::vector<LogOptions> parse_logs(std::string_view text);

/// Reads the list from the root of the configuration.
std::vector<LogOptions> read_access_logs(config::Mapping& root);

}  // namespace lapwing::collectors::access_log

// Filter: a regular expression among a collector's settings, such as device_exclude.
// It finds its text anywhere, as node_exporter's flags do; anchors are the writer's.
#pragma once

#include <optional>
#include <string_view>

#include "agent/base/regex.h"
#include "collectors/registry.h"

namespace lapwing::collectors::host {

class Filter {
 public:
  /// An empty setting matches nothing. One that does not compile was refused when the options
  /// were read, and matches nothing here.
  Filter(const FactoryInput& input, std::string_view key);

  bool matches(std::string_view text) const { return regex_ && regex_->finds(text); }

 private:
  std::optional<Regex> regex_;
};

}  // namespace lapwing::collectors::host

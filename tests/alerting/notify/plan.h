// Routes and receivers for tests, from YAML.
#pragma once

#include <memory>
#include <string_view>

#include <catch2/catch.hpp>

#include "alerting/options.h"

namespace lapwing::testing {

inline alerting::AlertingOptions alerting_options(std::string_view yaml,
                                                  config::Diagnostics& diagnostics) {
  const auto root = config::parse_yaml("lapwing.yml", yaml);
  REQUIRE(root.ok());
  config::Mapping map(*root, "", diagnostics);
  auto options = alerting::read_alerting_options(map);
  map.finish();
  return options;
}

inline std::shared_ptr<const alerting::NotifyPlan> notify_plan(std::string_view yaml) {
  config::Diagnostics diagnostics;
  auto options = alerting_options(yaml, diagnostics);
  for (const auto& entry : diagnostics.errors())
    UNSCOPED_INFO(entry.place.to_string() << ": " << entry.message);
  REQUIRE(diagnostics.ok());
  return options.notify;
}

}  // namespace lapwing::testing

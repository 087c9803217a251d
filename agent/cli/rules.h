// lapwing check rules FILE…, lapwing test rules FILE…: rule files read, linted and tried on
// invented data before they run anywhere.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "agent/base/result.h"
#include "agent/cli/terminal.h"

namespace lapwing::cli {

/// What the commands reach of the world.
struct RulesWorld {
  Terminal terminal;
  /// Whether the agent at `url` has a series for the selector.
  std::function<Result<bool>(const std::string& url, const std::string& selector)> has_series;
  std::string out;  ///< what to print on standard output
  std::string err;  ///< and on standard error
};

/// Both without printing: they fill `out` and `err` and return the exit code.
int run_check_rules(std::span<const std::string> words, RulesWorld& world);
int run_test_rules(std::span<const std::string> words, RulesWorld& world);

/// The commands: reach the network and print. `words` begin behind "check rules" or "test".
int check_rules_command(const std::vector<std::string>& words);
int test_command(const std::vector<std::string>& words);

}  // namespace lapwing::cli

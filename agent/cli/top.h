// lapwing top: the processes that use most, from a running agent: live, or at a past time.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "agent/base/result.h"
#include "agent/base/time.h"
#include "agent/cli/terminal.h"
#include "agent/http/client.h"

namespace lapwing::cli {

/// What the command reaches of the world.
struct TopWorld {
  std::function<Result<http::ClientResponse>(http::ClientRequest)> exchange;
  Timestamp now;
  Terminal terminal;
  bool interactive = false;  ///< standard output is a terminal: shows on until interrupted
  /// Shows one screen; false ends the command. The next comes after `wait`.
  std::function<bool(const std::string& text, Duration wait)> show;
  std::string err;  ///< what to print on standard error
};

/// The command without printing; returns the exit code.
int run_top(std::span<const std::string> words, TopWorld& world);

/// The command: reaches the network and prints.
int top_command(const std::vector<std::string>& words);

}  // namespace lapwing::cli

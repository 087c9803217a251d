// lapwing query EXPR: asks a running agent (or any server with Prometheus's HTTP API) and prints
// a table, a small chart a series for ranges, JSON or CSV.
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
struct QueryWorld {
  std::function<Result<http::ClientResponse>(http::ClientRequest)> exchange;
  Timestamp now;
  Terminal terminal;
  std::string out;  ///< what to print on standard output
  std::string err;  ///< and on standard error
};

/// The command without printing: fills `out` and `err`, returns the exit code.
int run_query(std::span<const std::string> words, QueryWorld& world);

/// The command: reaches the network and prints.
int query_command(const std::vector<std::string>& words);

}  // namespace lapwing::cli

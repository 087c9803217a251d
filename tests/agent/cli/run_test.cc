#include "agent/cli/run.h"

#include <catch2/catch.hpp>

#include "agent/cli/command.h"

using namespace lapwing;

// What a running agent does is tests/end_to_end's; here is what keeps it from running.
TEST_CASE("run: a wrong command line is told before anything starts") {
  CHECK(cli::run_agent({"--help"}) == cli::kSuccess);
  CHECK(cli::run_agent({"--collectors", "some"}) == cli::kUsageError);
  CHECK(cli::run_agent({"--log-level", "loud"}) == cli::kUsageError);
  CHECK(cli::run_agent({"extra"}) == cli::kUsageError);
}

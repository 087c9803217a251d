// `lapwing run`: the agent itself, in the foreground, until a signal ends it.
#pragma once

#include <string>
#include <vector>

namespace lapwing::cli {

int run_agent(const std::vector<std::string>& words);

}  // namespace lapwing::cli

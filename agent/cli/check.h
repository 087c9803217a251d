// `lapwing check config FILE…`: reads the configuration as `run` would, and says what is wrong.
#pragma once

#include <string>
#include <vector>

namespace lapwing::cli {

int check_command(const std::vector<std::string>& words);

}  // namespace lapwing::cli

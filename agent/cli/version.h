// `lapwing version`: what this binary is.
#pragma once

#include <string>
#include <vector>

namespace lapwing::cli {

int version_command(const std::vector<std::string>& words);

}  // namespace lapwing::cli

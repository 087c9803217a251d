// lapwing import FILE: OpenMetrics text with times into the store of a data folder.
#pragma once

#include <string>
#include <vector>

namespace lapwing::cli {

int import_command(const std::vector<std::string>& words);

}  // namespace lapwing::cli

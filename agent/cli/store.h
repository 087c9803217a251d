// lapwing store inspect|verify DIR: what a store holds and costs, and whether it is sound.
#pragma once

#include <string>
#include <vector>

namespace lapwing::cli {

int store_command(const std::vector<std::string>& words);

}  // namespace lapwing::cli

// Where each access log was left, in a file of its own, so that a restart of the agent neither
// misses lines nor counts them twice.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "collectors/access_log/tail.h"

namespace lapwing::collectors::access_log {

using Positions = std::map<std::string, Position, std::less<>>;  ///< by path

/// A line each: inode, offset, head in hexadecimal, path.
std::string write_positions(const Positions& positions);

/// Lines that are none are left out: their files begin at their ends.
Positions parse_positions(std::string_view text);

}  // namespace lapwing::collectors::access_log

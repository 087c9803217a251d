// os: what the host runs, from /etc/os-release or /usr/lib/os-release (os-release(5)).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace lapwing::collectors::host {

/// Assignments by name, quotes and backslashes taken off; other lines are skipped.
std::map<std::string, std::string, std::less<>> parse_os_release(std::string_view content);

/// The leading "major.minor" of a version as a number: "12" → 12, "22.04.1" → 22.04.
std::optional<double> version_number(std::string_view version);

}  // namespace lapwing::collectors::host

// netclass: properties of network devices, from /sys/class/net (the kernel's ABI
// testing/sysfs-class-net). Some drivers take their time to answer: this runs on the slow lane.
#pragma once

#include <cstdint>
#include <string_view>

#include "agent/base/result.h"

namespace lapwing::collectors::host {

/// A number as the files of /sys/class/net have it: decimal, or hexadecimal after 0x.
Result<std::int64_t> parse_property(std::string_view content);

}  // namespace lapwing::collectors::host

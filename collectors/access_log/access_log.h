// The collector of access logs: tails the files of `access_logs` and counts their requests.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "collectors/access_log/options.h"
#include "collectors/collector.h"

namespace lapwing::collectors {
struct FactoryInput;
}

namespace lapwing::collectors::access_log {

/// NoData on each collection where no file is named. `state_folder`: where positions are kept; ""
/// keeps them in memory alone.
std::unique_ptr<Collector> make_access_logs(const std::vector<LogOptions>& logs,
                                            const std::string& state_folder, const Clock& clock);

/// The same for the table of collectors.
std::unique_ptr<Collector> make_access_logs(const FactoryInput& input);

}  // namespace lapwing::collectors::access_log

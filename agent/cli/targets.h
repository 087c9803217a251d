// What the scrape jobs of a configuration make of their targets, for `check config --targets`.
#pragma once

#include <string>
#include <vector>

#include "collectors/scrape/job.h"

namespace lapwing::cli {

/// Each job's targets before and after relabelling, those that are dropped with the rule that does
/// it, and those that are none with the reason. Reads the files of file_sd_configs; what a server
/// would say is not asked, but named.
std::string targets_text(const std::vector<collectors::scrape::Job>& jobs);

}  // namespace lapwing::cli

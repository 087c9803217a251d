// `probes`: probes of our own, on a schedule. Each entry becomes a scrape job whose targets are
// /probe at a host that is us, so that what is true of scrapes (ticks, staleness, up, limits,
// relabelling, the list of targets) is true of probes.
#pragma once

#include <vector>

#include "agent/config/mapping.h"
#include "collectors/probe/prober.h"
#include "collectors/scrape/job.h"

namespace lapwing::collectors::probe {

struct ProbeOptions {
  ProberOptions prober{};
  std::vector<scrape::Job> jobs{};
};

/// Reads `modules`, `probe_module_files`, `probe_concurrency_limit` and `probes` of the root.
/// `taken`: the scrape jobs that there are, whose names no entry may have.
ProbeOptions read_probe_options(config::Mapping& root, const scrape::GlobalOptions& global,
                                const std::vector<scrape::Job>& taken);

}  // namespace lapwing::collectors::probe

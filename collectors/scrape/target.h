// What a job's found targets become: defaults, relabelling, checks, URL. Done once when targets
// change, never at a scrape. Source of truth: Prometheus 3.5, whose words the errors are.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/time.h"
#include "agent/model/labels.h"
#include "agent/model/status.h"
#include "collectors/scrape/discovery/group.h"
#include "collectors/scrape/http_access.h"
#include "collectors/scrape/job.h"

namespace lapwing::collectors::scrape {

/// One target, ready to be scraped.
struct TargetPlan {
  std::string pool;
  std::string url;
  Labels labels;      ///< after relabelling, without those that begin with "__"
  Labels discovered;  ///< before relabelling
  Duration interval{};
  Duration timeout{};

  /// Equal for the same target over a reload: pool, URL and labels.
  std::string identity() const;
};

/// A job's targets. Made anew when any of it changes: the same pointer means the same targets.
struct TargetPool {
  std::shared_ptr<const Job> job;
  std::shared_ptr<HttpAccess> access;  ///< how they are called; the collect thread alone
  std::vector<TargetPlan> targets;     ///< no two with one identity
  std::vector<DroppedTarget> dropped;  ///< by relabelling; at most keep_dropped_targets
  std::uint64_t dropped_count = 0;
  std::vector<std::string> trouble;  ///< targets that are none, and why
  std::string forced_error;          ///< set: every scrape fails with it and nothing is sent
};
using TargetPools = std::vector<std::shared_ptr<const TargetPool>>;

/// The targets of the groups under the job; everything of a TargetPool but `access`.
TargetPool plan_pool(std::shared_ptr<const Job> job, std::span<const TargetGroup> groups);

/// Percent-encodes a query's name or value.
void append_query_text(std::string& out, std::string_view text);

}  // namespace lapwing::collectors::scrape

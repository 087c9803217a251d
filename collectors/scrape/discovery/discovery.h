// Discovery: keeps each job's targets up to date: asks files, HTTP servers and DNS at their
// intervals, off this thread, and plans a job's targets anew when what was found has changed.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "agent/base/log.h"
#include "agent/base/time.h"
#include "agent/metrics/registry.h"
#include "collectors/scrape/job.h"
#include "collectors/scrape/target.h"

namespace lapwing::collectors::scrape {

/// Runs work that may hang, on another thread, and calls `wake` of Discovery's surroundings after
/// it. Returns how to give it up: its thread is replaced then. False: it had not begun and never
/// will.
using RunSlowly = std::function<std::function<bool()>(std::function<void()> work)>;

/// Stepped by one thread.
class Discovery {
 public:
  struct Surroundings {
    const Clock& clock;
    Log& log;
    metrics::Registry& registry;
    Send send;
    RunSlowly run_slowly;
  };

  explicit Discovery(Surroundings surroundings);
  ~Discovery();

  /// What has not changed keeps its targets; a source that has changed keeps them until its first
  /// answer.
  void apply(const std::vector<Job>& jobs);

  /// Takes in what was found and asks what is due. True when pools() has changed.
  bool step(Timestamp now);
  /// When step() has something to do, unless an answer comes sooner.
  Timestamp due() const;

  /// One a job, in the jobs' order.
  const TargetPools& pools() const { return pools_; }

 private:
  struct Mailbox;
  struct Source;
  struct Managed;

  void add_sources(Managed& managed, Managed* before);
  void ask(Source& source, Timestamp now);
  void ask_server(Source& source);
  void give_up(Source& source);
  void take(Source& source, Result<Found> answer);
  void plan(Managed& managed);
  void collect_pools();

  const Surroundings surroundings_;
  const std::shared_ptr<Mailbox> mailbox_;
  std::vector<std::unique_ptr<Managed>> managed_;
  TargetPools pools_;
  std::uint64_t next_number_ = 1;
};

/// The targets that can be told without a server: those of static lists and files, read here and
/// now. What else the job asks at run time is named in `not_asked`.
TargetPool plan_offline(const Job& job, std::vector<std::string>& not_asked);

}  // namespace lapwing::collectors::scrape

// Scraper: all scrape targets: when each is due, its one request in flight, its answer.
// Stepped by the collect thread; answers come from the client's thread through a mailbox.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "agent/base/log.h"
#include "agent/http/client.h"
#include "agent/metrics/registry.h"
#include "agent/model/appender.h"
#include "agent/model/status.h"
#include "agent/model/watermark.h"
#include "collectors/scrape/job.h"
#include "collectors/scrape/target_series.h"

namespace lapwing::collectors::scrape {

/// Sends a request; `done` is called once, on any thread. http::Client::send in the agent.
using Send = std::function<void(http::ClientRequest, http::ClientCallback)>;

class Scraper {
 public:
  struct Surroundings {
    Appender& appender;
    Watermark& watermark;
    const Clock& clock;
    Log& log;
    metrics::Registry& registry;
    Send send;
    std::function<void()> wake;  ///< makes step() run soon; any thread
  };

  explicit Scraper(Surroundings surroundings);
  ~Scraper();

  /// Targets with the same identity keep their series, schedule and health.
  void apply(const std::vector<Job>& jobs);

  /// Takes the ticks that are due and announces them to the watermark; before its advance().
  void announce(Timestamp now);
  /// Sends what announce() took.
  void send_due();
  /// Stores the answers that have come, and stops consumers from waiting for late ones.
  void step(Timestamp now);
  /// When announce() or step() has something to do, unless an answer comes sooner.
  Timestamp due() const;

  void append_status(std::vector<TargetStatus>& targets) const;
  void append_metadata(std::vector<MetricMetadata>& metadata) const;
  /// Grows with every change of what append_metadata() gives.
  std::uint64_t metadata_version() const;

 private:
  class Target;
  struct Mailbox;

  void drain();

  Surroundings surroundings_;
  std::shared_ptr<Mailbox> mailbox_;
  std::map<std::string, std::unique_ptr<Target>> targets_;  // by identity
  std::map<std::uint64_t, Target*> by_number_;
  std::vector<Target*> due_targets_;
  std::uint64_t next_number_ = 1;
  std::uint64_t removed_metadata_versions_ = 0;
  metrics::Counter scrapes_;
  metrics::Counter failures_;
  metrics::Counter missed_ticks_;
};

/// Which parser a Content-Type asks for: success for the text format, else why not.
Result<void> check_content_type(std::string_view content_type, std::string_view fallback_protocol);

}  // namespace lapwing::collectors::scrape

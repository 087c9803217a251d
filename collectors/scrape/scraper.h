// Scraper: all scrape targets: when each is due, its one request in flight, its answer.
// Stepped by the collect thread; answers come from the client's thread through a mailbox.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "agent/base/log.h"
#include "agent/http/client.h"
#include "agent/metrics/registry.h"
#include "agent/model/appender.h"
#include "agent/model/status.h"
#include "agent/model/watermark.h"
#include "collectors/scrape/scrape_target.h"
#include "collectors/scrape/target.h"

namespace lapwing::collectors::scrape {

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
  void apply(const TargetPools& pools);

  /// Takes the ticks that are due and announces them to the watermark; before its advance().
  void announce(Timestamp now);
  /// Sends what announce() took.
  void send_due();
  /// Reads and stores the answers that have come, a large page in parts, and stops consumers from
  /// waiting for late ones.
  void step(Timestamp now);
  /// When announce() or step() has something to do, unless an answer comes sooner.
  Timestamp due() const;

  void append_status(std::vector<TargetStatus>& targets) const;
  void append_metadata(std::vector<MetricMetadata>& metadata) const;
  /// Grows with every change of what append_metadata() gives.
  std::uint64_t metadata_version() const { return metadata_version_; }

 private:
  struct Mailbox;
  struct Figures;

  void drain();
  void read_pages();
  void conclude(ScrapeTarget& target);
  void release(ScrapeTarget& target);
  void note_limit(LimitHit hit);
  void note_counts(const TargetCounts& before, const TargetCounts& after);
  void find_next_due();

  Surroundings surroundings_;
  std::shared_ptr<Mailbox> mailbox_;
  std::map<std::string, std::unique_ptr<ScrapeTarget>> targets_;  // by identity
  std::unordered_map<std::uint64_t, ScrapeTarget*> by_number_;
  std::vector<ScrapeTarget*> due_targets_;
  std::deque<ScrapeTarget*> reading_;                        // their pages are in hand
  std::deque<std::pair<Timestamp, std::uint64_t>> awaited_;  // by tick; some no longer
  Timestamp next_due_ = kBeginningOfTime;                    // the earliest schedule's
  Duration longest_interval_{};
  std::uint64_t next_number_ = 1;
  std::uint64_t metadata_version_ = 0;
  std::unique_ptr<Figures> figures_;
};

}  // namespace lapwing::collectors::scrape

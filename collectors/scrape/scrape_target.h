// ScrapeTarget: one target: its request, the answer it is about to store, its health.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

#include "agent/http/client.h"
#include "agent/model/appender.h"
#include "agent/model/status.h"
#include "collectors/schedule.h"
#include "collectors/scrape/target.h"
#include "collectors/scrape/target_series.h"

namespace lapwing::collectors::scrape {

/// What kept a page out, where it was a limit.
enum class LimitHit : std::uint8_t { None, BodySize, Samples, Labels };

/// Used by one thread at a time.
class ScrapeTarget {
 public:
  ScrapeTarget(const TargetPlan& plan, std::shared_ptr<const TargetPool> pool, std::uint64_t number,
               Appender& appender);

  /// Whether pages mean the same under both jobs.
  static bool reads_alike(const Job& a, const Job& b);
  /// Takes over what a reload may change without a new beginning.
  void adopt(const TargetPlan& plan, std::shared_ptr<const TargetPool> pool);

  /// The request of a scrape; its error is the scrape's.
  Result<http::ClientRequest> request();
  /// Takes the answer to a request; `ended`: the clock's reading when it came.
  void take(Result<http::ClientResponse> answer, std::chrono::nanoseconds ended);
  /// Reads on; see TargetSeries::read_some. True when store() is due.
  bool read_some(std::size_t work);
  /// Stores what was read, or that there was nothing; the scrape is over.
  LimitHit store();

  const TargetStatus& status() const { return status_; }
  TargetStatus full_status() const;
  TargetSeries& series() { return series_; }
  const TargetSeries& series() const { return series_; }
  const TargetPool& pool() const { return *pool_; }

  const std::uint64_t number;
  Schedule schedule;
  bool in_flight = false;  ///< until store()
  bool awaited = false;    ///< the watermark expects our commit for `tick`
  Timestamp tick;
  Timestamp time;  ///< of the samples
  std::chrono::nanoseconds started{};

 private:
  void fail(Error error);
  std::uint64_t body_limit() const;

  std::shared_ptr<const TargetPool> pool_;
  TargetStatus status_;
  TargetSeries series_;
  std::string accept_;
  ScrapeReport report_;
  std::optional<Error> error_;
  LimitHit limit_hit_ = LimitHit::None;
};

}  // namespace lapwing::collectors::scrape

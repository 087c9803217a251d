#include "collectors/scrape/scraper.h"

#include <algorithm>
#include <mutex>
#include <set>
#include <utility>

namespace lapwing::collectors::scrape {
namespace {

// Rules wait 200 ms for a tick's samples; to hold the watermark longer would only make them late.
constexpr Duration kWatermarkPatience = 250ms;
// What one step reads of all pages, in known lines (about 20 ns each), and of one page before the
// next one has its turn: however large a page is, ticks and other targets come between.
constexpr std::size_t kWorkPerStep = 200'000;
constexpr std::size_t kWorkPerTurn = 20'000;

}  // namespace

struct Scraper::Mailbox {
  std::mutex mutex;
  // Guarded by mutex. At most one a target: only one request of each is in flight.
  std::vector<std::pair<std::uint64_t, Result<http::ClientResponse>>> answers;
};

struct Scraper::Figures {
  explicit Figures(metrics::Registry& registry)
      : scrapes(registry.counter("lapwing_scrapes_total", "Scrapes of targets.")),
        failures(registry.counter("lapwing_scrape_failures_total",
                                  "Scrapes after which the target was down.")),
        missed_ticks(
            registry.counter("lapwing_scrape_missed_ticks_total",
                             "Scrapes left out because the one before was still in flight.")),
        targets_left_out(registry.gauge(
            "lapwing_scrape_targets_left_out",
            "Targets that are not scraped because there are too many of all jobs together.")),
        body_size_hits(limit(registry, "body_size")),
        sample_hits(limit(registry, "sample")),
        label_hits(limit(registry, "label")),
        duplicates(left_out(registry, "duplicate")),
        out_of_order(left_out(registry, "out_of_order")),
        conflicting(left_out(registry, "conflicting")),
        too_far_ahead(left_out(registry, "too_far_ahead")),
        refused(left_out(registry, "series_limit")) {}

  static metrics::Counter limit(metrics::Registry& registry, const char* name) {
    return registry.counter("lapwing_scrape_limit_hits_total",
                            "Scrapes that failed since the page passed a limit.",
                            {{"limit", name}});
  }
  static metrics::Counter left_out(metrics::Registry& registry, const char* reason) {
    return registry.counter("lapwing_scrape_samples_left_out_total",
                            "Samples of sound pages that were not stored.", {{"reason", reason}});
  }

  const metrics::Counter scrapes, failures, missed_ticks;
  const metrics::Gauge targets_left_out;
  const metrics::Counter body_size_hits, sample_hits, label_hits;
  const metrics::Counter duplicates, out_of_order, conflicting, too_far_ahead, refused;
};

Scraper::Scraper(Surroundings surroundings)
    : surroundings_(std::move(surroundings)),
      mailbox_(std::make_shared<Mailbox>()),
      figures_(std::make_unique<Figures>(surroundings_.registry)) {}

Scraper::~Scraper() = default;

void Scraper::apply(const TargetPools& pools) {
  std::map<std::string, std::unique_ptr<ScrapeTarget>> next;
  std::set<std::string> seen;
  std::size_t left_out = 0;
  for (const std::shared_ptr<const TargetPool>& pool : pools) {
    for (const TargetPlan& plan : pool->targets) {
      if (next.size() >= kTargetLimit) {
        if (left_out++ == 0)
          surroundings_.log.warn("more than {} targets; those from {} of job {} on are left out",
                                 kTargetLimit, plan.url, plan.pool);
        continue;
      }
      const std::string identity = plan.identity();
      auto known = targets_.find(identity);
      // What decides how pages are read is part of the target: a change of it begins anew, and
      // the series, which stay the same in the store, go on without a marker.
      if (known == targets_.end() ||
          !ScrapeTarget::reads_alike(*known->second->pool().job, *pool->job)) {
        next[identity] =
            std::make_unique<ScrapeTarget>(plan, pool, next_number_++, surroundings_.appender);
        seen.insert(identity);
        continue;
      }
      known->second->adopt(plan, pool);
      next[identity] = std::move(known->second);
      targets_.erase(known);
    }
  }
  for (const auto& [identity, target] : targets_) {
    ++metadata_version_;
    release(*target);
    std::erase(reading_, target.get());
    if (!seen.contains(identity)) target->series().retire(surroundings_.clock.now());
  }
  figures_->targets_left_out.set(double(left_out));
  targets_ = std::move(next);
  by_number_.clear();
  due_targets_.clear();
  for (const auto& [identity, target] : targets_) by_number_[target->number] = target.get();
  find_next_due();
}

void Scraper::find_next_due() {
  next_due_ = kNever;
  longest_interval_ = {};
  for (const auto& [identity, target] : targets_) {
    next_due_ = std::min(next_due_, target->schedule.due());
    longest_interval_ = std::max(longest_interval_, target->schedule.interval());
  }
}

void Scraper::announce(Timestamp now) {
  // Further away than any interval: the clock was set back, and each schedule says what that means.
  if (now < next_due_ && next_due_ <= now + longest_interval_) return;
  bool drained = false;
  for (const auto& [identity, target] : targets_) {
    const std::optional<Timestamp> tick = target->schedule.take(now);
    if (!tick) continue;
    // An answer that came with the tick must not cost the target this scrape.
    if (target->in_flight && !std::exchange(drained, true)) {
      drain();
      read_pages();
    }
    if (target->in_flight) {
      figures_->missed_ticks.add();
      continue;
    }
    target->tick = *tick;
    target->awaited = true;
    awaited_.emplace_back(*tick, target->number);
    surroundings_.watermark.expect(*tick);
    due_targets_.push_back(target.get());
  }
  find_next_due();
}

void Scraper::send_due() {
  for (ScrapeTarget* target : due_targets_) {
    target->in_flight = true;
    target->started = surroundings_.clock.monotonic();
    target->time = batch_time(target->tick, surroundings_.clock.now());
    figures_->scrapes.add();
    auto deliver = [mailbox = mailbox_, wake = surroundings_.wake,
                    number = target->number](Result<http::ClientResponse> answer) {
      bool first = false;
      {
        const std::lock_guard lock(mailbox->mutex);
        first = mailbox->answers.empty();
        mailbox->answers.emplace_back(number, std::move(answer));
      }
      if (first) wake();  // Whoever takes the first answer takes all of them.
    };
    Result<http::ClientRequest> request = target->request();
    if (request)
      surroundings_.send(std::move(*request), std::move(deliver));
    else
      deliver(std::move(request).error());
  }
  due_targets_.clear();
}

void Scraper::drain() {
  std::vector<std::pair<std::uint64_t, Result<http::ClientResponse>>> answers;
  {
    const std::lock_guard lock(mailbox_->mutex);
    answers.swap(mailbox_->answers);
  }
  for (auto& [number, answer] : answers) {
    const auto found = by_number_.find(number);
    if (found == by_number_.end()) continue;  // The target has gone meanwhile.
    found->second->take(std::move(answer), surroundings_.clock.monotonic());
    reading_.push_back(found->second);
  }
}

void Scraper::read_pages() {
  std::size_t work = kWorkPerStep;
  while (!reading_.empty() && work > 0) {
    ScrapeTarget* const target = reading_.front();
    reading_.pop_front();
    const std::uint64_t before = target->series().scraped();
    if (target->read_some(std::min(work, kWorkPerTurn))) {
      conclude(*target);
      work -= std::min<std::size_t>(work, 1 + std::size_t(target->series().scraped() - before));
    } else {
      reading_.push_back(target);
      work -= std::min(work, kWorkPerTurn);
    }
  }
}

void Scraper::conclude(ScrapeTarget& target) {
  const bool was_up = target.status().health != TargetStatus::Health::Down;
  const TargetCounts before = target.series().counts();
  const std::uint64_t version = target.series().metadata().version();
  note_limit(target.store());
  note_counts(before, target.series().counts());
  if (target.series().metadata().version() != version) ++metadata_version_;
  release(target);
  const bool is_up = target.status().health == TargetStatus::Health::Up;
  if (!is_up) figures_->failures.add();
  if (was_up && !is_up)
    surroundings_.log.warn("target {}: {}; it is tried again at each tick", target.status().url,
                           target.status().last_error);
  if (!was_up && is_up) surroundings_.log.info("target {}: up again", target.status().url);
}

void Scraper::release(ScrapeTarget& target) {
  if (std::exchange(target.awaited, false)) surroundings_.watermark.commit(target.tick);
}

void Scraper::note_limit(LimitHit hit) {
  if (hit == LimitHit::BodySize) figures_->body_size_hits.add();
  if (hit == LimitHit::Samples) figures_->sample_hits.add();
  if (hit == LimitHit::Labels) figures_->label_hits.add();
}

void Scraper::note_counts(const TargetCounts& before, const TargetCounts& after) {
  const auto note = [](const metrics::Counter& counter, std::uint64_t was, std::uint64_t is) {
    if (is != was) counter.add(double(is - was));
  };
  note(figures_->duplicates, before.duplicates, after.duplicates);
  note(figures_->out_of_order, before.out_of_order, after.out_of_order);
  note(figures_->conflicting, before.conflicting, after.conflicting);
  note(figures_->too_far_ahead, before.too_far_ahead, after.too_far_ahead);
  note(figures_->refused, before.refused, after.refused);
}

void Scraper::step(Timestamp now) {
  drain();
  read_pages();
  while (!awaited_.empty()) {
    const auto [tick, number] = awaited_.front();
    const auto found = by_number_.find(number);
    const bool waiting =
        found != by_number_.end() && found->second->awaited && found->second->tick == tick;
    // A tick ahead of now: the clock was set back.
    if (waiting && now >= tick && now - tick < kWatermarkPatience) break;
    if (waiting) release(*found->second);
    awaited_.pop_front();
  }
}

Timestamp Scraper::due() const {
  if (!reading_.empty()) return kBeginningOfTime;
  if (awaited_.empty()) return next_due_;
  return std::min(next_due_, awaited_.front().first + kWatermarkPatience);
}

void Scraper::append_status(std::vector<TargetStatus>& targets) const {
  for (const auto& [identity, target] : targets_) targets.push_back(target->full_status());
}

void Scraper::append_metadata(std::vector<MetricMetadata>& metadata) const {
  for (const auto& [identity, target] : targets_) {
    const auto known = target->series().metadata().snapshot();
    metadata.insert(metadata.end(), known->begin(), known->end());
  }
}

}  // namespace lapwing::collectors::scrape

#include "collectors/scrape/scraper.h"

#include <algorithm>
#include <mutex>
#include <set>
#include <utility>

#include "agent/base/file.h"
#include "agent/base/number.h"
#include "collectors/schedule.h"

namespace lapwing::collectors::scrape {
namespace {

// Rules wait 200 ms for a tick's samples; to hold the watermark longer would only make them late.
constexpr Duration kWatermarkPatience = 250ms;
constexpr int kStatusOk = 200;
constexpr std::string_view kAccept = "text/plain;version=0.0.4,*/*;q=0.1";

Result<std::string> secret_of(const config::Secret& secret, const std::string& file) {
  if (file.empty()) return secret.reveal();
  Result<std::string> content = read_file(file, 64 * 1024);
  if (!content) return content;
  while (!content->empty() &&
         std::string_view(" \t\r\n").find(content->back()) != std::string::npos)
    content->pop_back();
  return content;
}

}  // namespace

struct Scraper::Mailbox {
  std::mutex mutex;
  // Guarded by mutex. At most one a target: only one request of each is in flight.
  std::vector<std::pair<std::uint64_t, Result<http::ClientResponse>>> answers;
};

class Scraper::Target {
 public:
  Target(TargetPlan plan, std::shared_ptr<const Job> the_job, std::uint64_t the_number,
         Surroundings& surroundings)
      : number(the_number),
        job(std::move(the_job)),
        schedule(plan.interval, phase_of(plan.identity(), plan.interval)),
        series(surroundings.appender, "scrape/" + plan.identity(),
               {.target_labels = plan.labels,
                .limits = job->limits,
                .honor_labels = job->honor_labels,
                .honor_timestamps = job->honor_timestamps,
                .track_timestamps_staleness = job->track_timestamps_staleness}) {
    status.pool = std::move(plan.pool);
    status.url = std::move(plan.url);
    status.discovered_labels = std::move(plan.discovered);
    status.labels = std::move(plan.labels);
    status.interval = plan.interval;
    status.timeout = plan.timeout;
  }

  Result<http::ClientRequest> request() const {
    http::ClientRequest request;
    request.url = status.url;
    request.timeout = status.timeout;
    request.follow_redirects = job->follow_redirects;
    request.accept_compressed = job->accept_compressed;
    request.response_limit_bytes = std::size_t(
        job->limits.body_size_bytes > 0 ? job->limits.body_size_bytes : kBodyLimitBytes);
    request.ca_file = job->ca_file;
    request.verify_tls = job->verify_tls;
    request.headers.emplace_back("Accept", kAccept);
    request.headers.emplace_back("X-Prometheus-Scrape-Timeout-Seconds",
                                 format_value(to_seconds(status.timeout)));
    const Credentials& credentials = job->credentials;
    if (!credentials.username.empty()) {
      Result<std::string> password = secret_of(credentials.password, credentials.password_file);
      if (!password) return std::move(password).error();
      request.username = credentials.username;
      request.password = std::move(*password);
    } else if (!credentials.authorization.empty() || !credentials.authorization_file.empty()) {
      Result<std::string> token =
          secret_of(credentials.authorization, credentials.authorization_file);
      if (!token) return std::move(token).error();
      request.headers.emplace_back("Authorization", credentials.authorization_type + ' ' + *token);
    }
    return request;
  }

  /// Stores what came; `ended` is the clock's reading when it came.
  void conclude(Result<http::ClientResponse> answer, std::chrono::nanoseconds ended) {
    in_flight = false;
    ScrapeReport report;
    const Result<void> read = judge(answer, report.page);
    report.up = read.ok();
    report.seconds =
        answer ? answer->seconds : std::chrono::duration<double>(ended - started).count();
    series.commit(time, report);
    status.health = read ? TargetStatus::Health::Up : TargetStatus::Health::Down;
    status.last_error = read ? std::string() : read.error().message;
    status.last_scrape = time;
    status.last_duration_seconds = report.seconds;
  }

  const std::uint64_t number;
  std::shared_ptr<const Job> job;
  Schedule schedule;
  TargetSeries series;
  TargetStatus status;
  bool in_flight = false;
  bool awaited = false;  // the watermark expects our commit for `tick`
  Timestamp tick;
  Timestamp time;  // of the samples
  std::chrono::nanoseconds started{};

 private:
  Result<void> judge(const Result<http::ClientResponse>& answer, PageOutcome& page) {
    if (!answer) return answer.error();
    if (answer->status != kStatusOk)
      return invalid("the target answered with HTTP status " + std::to_string(answer->status));
    if (auto known = check_content_type(answer->header("Content-Type"), job->fallback_protocol);
        !known)
      return known;
    return series.read(answer->body, page);
  }
};

Result<void> check_content_type(std::string_view content_type, std::string_view fallback_protocol) {
  std::string_view media_type = content_type.substr(0, content_type.find(';'));
  while (!media_type.empty() && media_type.back() == ' ') media_type.remove_suffix(1);
  std::string lower(media_type);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
  if (lower == "text/plain") return {};
  if (lower == "application/openmetrics-text" || lower == "application/vnd.google.protobuf")
    return invalid("the target answered with " + lower + ", which is not served yet");
  if (!fallback_protocol.empty()) return {};
  return invalid("the target answered with Content-Type \"" + std::string(content_type) +
                 "\" and no fallback_scrape_protocol is set");
}

Scraper::Scraper(Surroundings surroundings)
    : surroundings_(std::move(surroundings)),
      mailbox_(std::make_shared<Mailbox>()),
      scrapes_(surroundings_.registry.counter("lapwing_scrapes_total", "Scrapes of targets.")),
      failures_(surroundings_.registry.counter("lapwing_scrape_failures_total",
                                               "Scrapes after which the target was down.")),
      missed_ticks_(surroundings_.registry.counter(
          "lapwing_scrape_missed_ticks_total",
          "Scrapes left out because the one before was still in flight.")) {}

Scraper::~Scraper() = default;

void Scraper::apply(const std::vector<Job>& jobs) {
  std::map<std::string, std::unique_ptr<Target>> next;
  std::set<std::string> seen;
  for (const Job& job : jobs) {
    std::vector<std::string> trouble;
    std::vector<TargetPlan> plans = plan_targets(job, trouble);
    for (const std::string& what : trouble)
      surroundings_.log.warn("{}; the target is left out", what);
    if (job.limits.targets > 0 && plans.size() > job.limits.targets) {
      surroundings_.log.warn("job {}: {} targets are more than target_limit {}; none is scraped",
                             job.name, plans.size(), job.limits.targets);
      continue;
    }
    const auto shared_job = std::make_shared<const Job>(job);
    for (TargetPlan& plan : plans) {
      if (next.size() >= kTargetLimit) {
        surroundings_.log.warn("more than {} targets; {} is left out", kTargetLimit, plan.url);
        continue;
      }
      const std::string identity = plan.identity();
      auto known = targets_.find(identity);
      // What decides how pages are read is part of the target: a change of it begins anew, and
      // the series, which stay the same in the store, go on without a marker.
      const bool same =
          known != targets_.end() && known->second->job->limits == job.limits &&
          known->second->job->honor_labels == job.honor_labels &&
          known->second->job->honor_timestamps == job.honor_timestamps &&
          known->second->job->track_timestamps_staleness == job.track_timestamps_staleness;
      if (!same) {
        next[identity] =
            std::make_unique<Target>(std::move(plan), shared_job, next_number_++, surroundings_);
        seen.insert(identity);
        continue;
      }
      std::unique_ptr<Target> target = std::move(known->second);
      targets_.erase(known);
      target->job = shared_job;
      target->status.timeout = plan.timeout;
      target->status.discovered_labels = std::move(plan.discovered);
      if (plan.interval != target->schedule.interval()) {
        target->schedule = Schedule(plan.interval, phase_of(identity, plan.interval));
        target->status.interval = plan.interval;
      }
      next[identity] = std::move(target);
    }
  }
  for (const auto& [identity, target] : targets_) {
    removed_metadata_versions_ += target->series.metadata_version() + 1;
    if (target->awaited) surroundings_.watermark.commit(target->tick);
    if (!seen.contains(identity)) target->series.retire(surroundings_.clock.now());
  }
  targets_ = std::move(next);
  by_number_.clear();
  due_targets_.clear();
  for (const auto& [identity, target] : targets_) by_number_[target->number] = target.get();
}

void Scraper::announce(Timestamp now) {
  bool drained = false;
  for (const auto& [identity, target] : targets_) {
    const std::optional<Timestamp> tick = target->schedule.take(now);
    if (!tick) continue;
    // An answer that came with the tick must not cost the target this scrape.
    if (target->in_flight && !std::exchange(drained, true)) drain();
    if (target->in_flight) {
      missed_ticks_.add();
      continue;
    }
    target->tick = *tick;
    target->awaited = true;
    surroundings_.watermark.expect(*tick);
    due_targets_.push_back(target.get());
  }
}

void Scraper::send_due() {
  for (Target* target : due_targets_) {
    target->in_flight = true;
    target->started = surroundings_.clock.monotonic();
    target->time = batch_time(target->tick, surroundings_.clock.now());
    scrapes_.add();
    auto deliver = [mailbox = mailbox_, wake = surroundings_.wake,
                    number = target->number](Result<http::ClientResponse> answer) {
      {
        const std::lock_guard lock(mailbox->mutex);
        mailbox->answers.emplace_back(number, std::move(answer));
      }
      wake();
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
    Target& target = *found->second;
    const bool was_up = target.status.health != TargetStatus::Health::Down;
    target.conclude(std::move(answer), surroundings_.clock.monotonic());
    if (std::exchange(target.awaited, false)) surroundings_.watermark.commit(target.tick);
    const bool is_up = target.status.health == TargetStatus::Health::Up;
    if (!is_up) failures_.add();
    if (was_up && !is_up)
      surroundings_.log.warn("target {}: {}; it is tried again at each tick", target.status.url,
                             target.status.last_error);
    if (!was_up && is_up) surroundings_.log.info("target {}: up again", target.status.url);
  }
}

void Scraper::step(Timestamp now) {
  drain();
  for (const auto& [identity, target] : targets_) {
    if (!target->awaited || now - target->tick < kWatermarkPatience) continue;
    target->awaited = false;
    surroundings_.watermark.commit(target->tick);
  }
}

Timestamp Scraper::due() const {
  Timestamp due = kNever;
  for (const auto& [identity, target] : targets_) {
    due = std::min(due, target->schedule.due());
    if (target->awaited) due = std::min(due, target->tick + kWatermarkPatience);
  }
  return due;
}

void Scraper::append_status(std::vector<TargetStatus>& targets) const {
  for (const auto& [identity, target] : targets_) targets.push_back(target->status);
}

void Scraper::append_metadata(std::vector<MetricMetadata>& metadata) const {
  for (const auto& [identity, target] : targets_)
    for (const auto& [name, known] : target->series.metadata()) metadata.push_back(known);
}

std::uint64_t Scraper::metadata_version() const {
  std::uint64_t version = removed_metadata_versions_;
  for (const auto& [identity, target] : targets_) version += target->series.metadata_version();
  return version;
}

}  // namespace lapwing::collectors::scrape

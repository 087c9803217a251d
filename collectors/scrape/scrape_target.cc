#include "collectors/scrape/scrape_target.h"

#include <utility>

#include "agent/base/number.h"
#include "agent/http/answer_limit.h"
#include "collectors/scrape/negotiation.h"

namespace lapwing::collectors::scrape {
namespace {

constexpr int kStatusOk = 200;

TargetSeries::Options series_options(const TargetPlan& plan, const Job& job) {
  return {.labels = {.target_labels = plan.labels,
                     .limits = job.limits,
                     .honor_labels = job.honor_labels,
                     .name_validation = job.name_validation,
                     .relabel_rules = job.metric_relabel_rules},
          .honor_timestamps = job.honor_timestamps,
          .track_timestamps_staleness = job.track_timestamps_staleness,
          .extra_metrics = job.extra_scrape_metrics,
          .timeout = plan.timeout};
}

}  // namespace

ScrapeTarget::ScrapeTarget(const TargetPlan& plan, std::shared_ptr<const TargetPool> pool,
                           std::uint64_t the_number, Appender& appender)
    : number(the_number),
      schedule(plan.interval, phase_of(plan.identity(), plan.interval)),
      pool_(std::move(pool)),
      series_(appender, "scrape/" + plan.identity(), series_options(plan, *pool_->job)),
      accept_(accept_header(pool_->job->protocols, pool_->job->name_escaping)) {
  status_.pool = plan.pool;
  status_.url = plan.url;
  status_.discovered_labels = plan.discovered;
  status_.labels = plan.labels;
  status_.interval = plan.interval;
  status_.timeout = plan.timeout;
}

bool ScrapeTarget::reads_alike(const Job& a, const Job& b) {
  return a.limits == b.limits && a.honor_labels == b.honor_labels &&
         a.honor_timestamps == b.honor_timestamps &&
         a.track_timestamps_staleness == b.track_timestamps_staleness &&
         a.extra_scrape_metrics == b.extra_scrape_metrics &&
         a.name_validation == b.name_validation && a.metric_relabel_rules == b.metric_relabel_rules;
}

void ScrapeTarget::adopt(const TargetPlan& plan, std::shared_ptr<const TargetPool> pool) {
  pool_ = std::move(pool);
  accept_ = accept_header(pool_->job->protocols, pool_->job->name_escaping);
  status_.timeout = plan.timeout;
  status_.discovered_labels = plan.discovered;
  series_.set_timeout(plan.timeout);
  if (plan.interval == schedule.interval()) return;
  schedule = Schedule(plan.interval, phase_of(plan.identity(), plan.interval));
  status_.interval = plan.interval;
}

std::uint64_t ScrapeTarget::body_limit() const {
  const std::uint64_t configured = pool_->job->limits.body_size_bytes;
  return configured > 0 ? configured : kBodyLimitBytes;
}

Result<http::ClientRequest> ScrapeTarget::request() {
  if (!pool_->forced_error.empty()) return invalid(pool_->forced_error);
  http::ClientRequest request;
  request.url = status_.url;
  request.timeout = status_.timeout;
  request.accept_compressed = pool_->job->accept_compressed;
  // A body of exactly the limit is too large already.
  request.response_limit_bytes = std::size_t(body_limit() - 1);
  request.headers.emplace_back("Accept", accept_);
  if (!request.accept_compressed) request.headers.emplace_back("Accept-Encoding", "identity");
  request.headers.emplace_back("X-Prometheus-Scrape-Timeout-Seconds",
                               format_value(to_seconds(status_.timeout)));
  if (auto ready = pool_->access->prepare(request); !ready) return std::move(ready).error();
  return request;
}

void ScrapeTarget::fail(Error error) { error_ = std::move(error); }

void ScrapeTarget::take(Result<http::ClientResponse> answer, std::chrono::nanoseconds ended) {
  error_.reset();
  limit_hit_ = LimitHit::None;
  report_ = {};
  report_.seconds =
      answer ? answer->seconds : std::chrono::duration<double>(ended - started).count();
  if (!answer) {
    if (!http::is_answer_too_large(answer.error())) return fail(std::move(answer).error());
    limit_hit_ = LimitHit::BodySize;
    report_.body_size_bytes = -1;
    return fail(invalid("body size limit exceeded: more than " + std::to_string(body_limit()) +
                        " bytes (body_size_limit)"));
  }
  if (answer->status != kStatusOk)
    return fail(invalid("server returned HTTP status " + std::to_string(answer->status)));
  report_.body_size_bytes = double(answer->body.size());
  PageFormat format = PageFormat::Text;
  // An empty page is an empty page, whatever it says it is.
  if (!answer->body.empty()) {
    const Result<PageFormat> told =
        page_format(answer->header("Content-Type"), pool_->job->fallback_protocol);
    if (!told) return fail(told.error());
    format = *told;
  }
  series_.begin(std::move(answer->body), format);
}

bool ScrapeTarget::read_some(std::size_t work) {
  if (error_) return true;
  const std::uint64_t sample_hits = series_.counts().sample_limit;
  const std::uint64_t label_hits = series_.label_limit_hits();
  const Result<bool> ready = series_.read_some(work);
  if (ready) return *ready;
  if (series_.counts().sample_limit != sample_hits) limit_hit_ = LimitHit::Samples;
  if (series_.label_limit_hits() != label_hits) limit_hit_ = LimitHit::Labels;
  fail(ready.error());
  return true;
}

LimitHit ScrapeTarget::store() {
  in_flight = false;
  report_.up = !error_.has_value();
  series_.commit(time, report_);
  status_.health = error_ ? TargetStatus::Health::Down : TargetStatus::Health::Up;
  status_.last_error = error_ ? error_->message : std::string();
  status_.last_scrape = time;
  status_.last_duration_seconds = report_.seconds;
  return limit_hit_;
}

TargetStatus ScrapeTarget::full_status() const {
  TargetStatus status = status_;
  status.metadata = series_.metadata().snapshot();
  return status;
}

}  // namespace lapwing::collectors::scrape

#include "collectors/own_source.h"

#include <algorithm>
#include <atomic>
#include <iterator>
#include <utility>

#include "agent/model/sample.h"

namespace lapwing::collectors {
namespace {

double seconds_between(std::chrono::nanoseconds from, std::chrono::nanoseconds to) {
  return std::chrono::duration<double>(to - from).count();
}

}  // namespace

struct OwnSource::Run {
  Timestamp began;
  std::chrono::nanoseconds start{};
  Result<void> result;
  std::atomic<bool> ended = false;  // what stands above is ours again once this is true
};

OwnSource::OwnSource(Setup setup, const Surroundings& surroundings)
    : name_(std::move(setup.name)),
      on_metrics_page_(setup.on_metrics_page),
      surroundings_(surroundings),
      target_labels_(std::move(setup.target_labels)),
      schedule_(setup.interval, phase_of(name_, setup.interval)),
      source_(surroundings.appender.source("own/" + name_)),
      refused_counter_(surroundings.registry.counter(
          "lapwing_collector_refused_samples_total",
          "Samples left out because a limit on series was reached.", {{"collector", name_}})),
      failed_counter_(surroundings.registry.counter(
          "lapwing_collector_failures_total",
          "Collections that failed or were given up, other than for lack of data.",
          {{"collector", name_}})),
      body_(std::make_shared<Body>(
          Body{std::move(setup.collector), MetricWriter(setup.series_limit)})) {
  status_.name = name_;
  status_.interval = setup.interval;
}

void OwnSource::set_interval(Duration interval) {
  if (interval == schedule_.interval()) return;
  schedule_ = Schedule(interval, phase_of(name_, interval));
  status_.interval = interval;
}

void OwnSource::set_target_labels(Labels labels) {
  if (labels == target_labels_) return;
  end_series(surroundings_.clock.now());
  target_labels_ = std::move(labels);
  // A running collection has the writer: the refs are forgotten when it comes back.
  if (running())
    labels_changed_ = true;
  else
    body_->writer.forget_refs();
}

std::optional<Timestamp> OwnSource::take(Timestamp now) {
  const std::optional<Timestamp> tick = schedule_.take(now);
  if (!tick || lacking_since_ == kBeginningOfTime) return tick;
  const bool lately = *tick >= lacking_since_ && *tick - lacking_since_ < kLackingInterval;
  return lately ? std::nullopt : tick;
}

void OwnSource::collect(Timestamp tick) {
  const Clock& clock = surroundings_.clock;
  const Timestamp began = clock.now();
  const auto start = clock.monotonic();
  body_->writer.begin();
  const Result<void> result = body_->collector->collect(body_->writer);
  conclude(result, tick, began, seconds_between(start, clock.monotonic()));
}

void OwnSource::submit(SlowLane& lane, Timestamp tick, SlowLane::Done done) {
  auto run = std::make_shared<Run>();
  auto body = body_;
  running_tick_ = tick;
  abandoned_ = false;
  holds_watermark_ = true;
  run_ = run;
  const Clock* clock = &surroundings_.clock;
  // The clock is looked at before the collection, which may come back when we are gone; after it
  // nothing is touched but what the work owns.
  auto work = [run, body, clock] {
    run->began = clock->now();
    run->start = clock->monotonic();
    body->writer.begin();
    run->result = body->collector->collect(body->writer);
    run->ended.store(true, std::memory_order_release);
  };
  ticket_ = lane.submit(std::move(work), std::move(done));
}

bool OwnSource::finish() {
  if (!run_ || !run_->ended.load(std::memory_order_acquire)) return false;
  const std::shared_ptr<Run> run = std::exchange(run_, nullptr);
  ticket_.reset();
  if (std::exchange(labels_changed_, false)) body_->writer.forget_refs();
  // What comes back after it was given up is old: its series have ended already.
  if (abandoned_) return true;
  conclude(run->result, running_tick_, run->began,
           seconds_between(run->start, surroundings_.clock.monotonic()));
  return true;
}

bool OwnSource::overdue(Timestamp now) const {
  return run_ && !abandoned_ && now - running_tick_ >= 2 * schedule_.interval();
}

void OwnSource::abandon(SlowLane& lane, Timestamp now) {
  const bool began = lane.leave_behind(ticket_);
  abandoned_ = true;
  // Work that found no free thread is gone; the next tick tries anew.
  if (!began) {
    run_.reset();
    if (std::exchange(labels_changed_, false)) body_->writer.forget_refs();
  }
  collected_ = true;
  status_.last_duration_seconds = to_seconds(now - running_tick_);
  report_error(unavailable("it has not answered for " + format_duration(now - running_tick_) +
                           "; its thread is left behind"));
  end_series(now);
}

void OwnSource::conclude(const Result<void>& result, Timestamp tick, Timestamp began,
                         double seconds) {
  collected_ = true;
  const Timestamp time = batch_time(tick, began);
  status_.last_time = time;
  status_.last_duration_seconds = seconds;
  lacking_since_ = kBeginningOfTime;
  if (!result) {
    if (result.error().kind == ErrorKind::NoData) lacking_since_ = tick;
    report_error(result.error());
    end_series(time);
    return;
  }
  const std::string& warning = body_->writer.warning();
  if (warning.empty() && !status_.last_error.empty())
    surroundings_.log.info("collector {}: works again", name_);
  if (!warning.empty() && warning != status_.last_error)
    surroundings_.log.warn("collector {}: {}; what else there is goes on", name_, warning);
  succeeded_ = true;
  status_.available = true;
  status_.last_error = warning;
  store(time);
}

void OwnSource::report_error(const Error& error) {
  const bool lacks_data = error.kind == ErrorKind::NoData;
  const bool known = status_.last_error == error.message;
  status_.available = !lacks_data;
  status_.last_error = error.message;
  succeeded_ = false;
  if (!lacks_data) failed_counter_.add();
  if (known) return;
  if (lacks_data)
    surroundings_.log.debug("collector {}: nothing to collect on this host: {}", name_,
                            error.message);
  else
    surroundings_.log.warn("collector {}: {}; it is tried again at each tick", name_,
                           error.message);
}

void OwnSource::store(Timestamp time) {
  MetricWriter& writer = body_->writer;
  writer.resolve(surroundings_.appender, target_labels_, refs_, values_);
  const std::size_t fresh = refs_.size();
  // Most times the same series come in the same order.
  if (refs_ != written_) {
    written_.assign(refs_.begin(), refs_.end());
    std::swap(previous_, live_);
    live_.assign(refs_.begin(), refs_.end());
    std::sort(live_.begin(), live_.end());
    for (const SeriesRef ref : live_)
      if (!std::binary_search(previous_.begin(), previous_.end(), ref)) ++series_added_;
    for (const SeriesRef ref : previous_) {
      if (std::binary_search(live_.begin(), live_.end(), ref)) continue;
      refs_.push_back(ref);
      values_.push_back(kStaleMarker);
    }
  }
  // After the clock was set back, what is measured now is true, not what stands there.
  AppendOutcome outcome = surroundings_.appender.append({.source = source_,
                                                         .time = time,
                                                         .refs = refs_,
                                                         .values = values_,
                                                         .on_conflict = OnConflict::Replace});
  if (!outcome.retired.empty()) append_renewed(outcome.retired, fresh, time);
  status_.series = std::uint32_t(fresh);
  status_.refused_series = writer.refused();
  refused_counter_.add(
      double(writer.refused() - std::exchange(refused_reported_, writer.refused())));
  if (!on_metrics_page_) return;
  auto snapshot = writer.snapshot(name_, time, schedule_.interval());
  layout_ = snapshot->layout;
  surroundings_.snapshots(std::move(snapshot));
}

void OwnSource::append_renewed(std::vector<std::uint32_t>& retired, std::size_t fresh,
                               Timestamp time) {
  // Stale markers stand behind the fresh samples; a retired series needs none.
  std::erase_if(retired, [&](std::uint32_t index) { return index >= fresh; });
  body_->writer.renew(surroundings_.appender, target_labels_, retired, refs_);
  std::vector<SeriesRef> refs;
  std::vector<double> values;
  for (const std::uint32_t index : retired) {
    if (refs_[index] == kNoSeries) continue;
    refs.push_back(refs_[index]);
    values.push_back(values_[index]);
  }
  live_.assign(refs_.begin(), refs_.begin() + std::ptrdiff_t(fresh));
  std::erase(live_, kNoSeries);
  std::sort(live_.begin(), live_.end());
  // What the store retires again in between is left to the next tick.
  if (!refs.empty())
    (void)surroundings_.appender.append(
        {.source = source_, .time = time, .refs = refs, .values = values});
}

void OwnSource::end_series(Timestamp time) {
  status_.series = 0;
  if (!live_.empty()) {
    values_.assign(live_.size(), kStaleMarker);
    (void)surroundings_.appender.append(
        {.source = source_, .time = time, .refs = live_, .values = values_});
    live_.clear();
    written_.clear();
  }
  if (!on_metrics_page_ || !layout_) return;
  auto empty = std::make_shared<SourceSnapshot>();
  empty->source = name_;
  empty->time = time;
  empty->interval = schedule_.interval();
  empty->layout = std::make_shared<SnapshotLayout>();
  layout_.reset();
  surroundings_.snapshots(std::move(empty));
}

void OwnSource::retire() { end_series(surroundings_.clock.now()); }

}  // namespace lapwing::collectors

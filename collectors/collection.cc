#include "collectors/collection.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "collectors/reports.h"

namespace lapwing::collectors {
namespace {

// Whoever asks for the status gets one no older than this; nobody asks most of the time.
constexpr Duration kStatusInterval = 5s;
constexpr Duration kWantedStatusInterval = 1s;
// A slow collection holds the watermark no longer than rules would wait.
constexpr Duration kWatermarkPatience = 250ms;

constexpr std::string_view kAgentJob = "lapwing";

}  // namespace

Collection::Collection(CollectionOptions options, Surroundings surroundings)
    : surroundings_(std::move(surroundings)),
      source_surroundings_{surroundings_.appender, surroundings_.clock, surroundings_.log,
                           surroundings_.registry, surroundings_.snapshots},
      directory_(std::make_shared<services::ServiceDirectory>(options.paths, options.services)),
      context_{options.paths, surroundings_.clock, directory_, surroundings_.latency},
      discovery_({surroundings_.clock, surroundings_.log, surroundings_.registry,
                  surroundings_.send, run_slowly()}),
      scraper_({surroundings_.appender, surroundings_.watermark, surroundings_.clock,
                surroundings_.log, surroundings_.registry, surroundings_.send, surroundings_.wake}),
      overdue_(surroundings_.registry.counter(
          "lapwing_collector_overdue_total",
          "Collections given up because they did not end within two intervals.")),
      left_behind_(
          surroundings_.registry.gauge("lapwing_collector_hanging_threads",
                                       "Threads left behind in collections that do not end.")),
      status_(std::make_shared<CollectionStatus>()),
      metadata_(std::make_shared<MetadataSnapshot>()) {
  directory_->record_in(surroundings_.records);
  adopt(std::move(options));
}

// A collection that hangs may come back when the store has gone.
Collection::~Collection() { directory_->record_in(nullptr); }

void Collection::apply(CollectionOptions options) {
  {
    const std::lock_guard lock(mutex_);
    pending_ = std::move(options);
  }
  surroundings_.wake();
}

Labels Collection::target_labels(Origin origin) const {
  const std::string_view job = origin == Origin::Host ? std::string_view(options_.job) : kAgentJob;
  return Labels{{"job", job}, {"instance", options_.instance}};
}

void Collection::adopt_collector(const CollectorDescriptor& descriptor,
                                 const CollectorOptions& options, bool paths_changed,
                                 std::vector<Running>& next) {
  const auto known = std::find_if(running_.begin(), running_.end(), [&](const Running& running) {
    return running.descriptor == &descriptor;
  });
  const bool same =
      known != running_.end() && !paths_changed && known->options.settings == options.settings;
  if (same) {
    known->options = options;
    known->source->set_interval(options.interval);
    known->source->set_target_labels(target_labels(descriptor.origin));
    next.push_back(std::move(*known));
    running_.erase(known);
    return;
  }
  CollectorSettings settings = options.settings;
  for (const SettingDescriptor& setting : descriptor.settings)
    settings.try_emplace(std::string(setting.key), setting.fallback);
  auto source = std::make_unique<OwnSource>(
      OwnSource::Setup{.name = std::string(descriptor.name),
                       .interval = options.interval,
                       .target_labels = target_labels(descriptor.origin),
                       .series_limit = options_.series_limit,
                       .on_metrics_page = true,
                       .collector = descriptor.make({context_, settings, surroundings_.registry})},
      source_surroundings_);
  next.push_back({&descriptor, options, std::move(source)});
}

void Collection::adopt(CollectionOptions options) {
  const bool paths_changed =
      options.paths.proc != context_.paths.proc || options.paths.sys != context_.paths.sys ||
      options.paths.root != context_.paths.root || options.series_limit != options_.series_limit;
  options_ = std::move(options);
  context_.paths = options_.paths;
  directory_->apply(options_.paths, options_.services);
  std::vector<Running> next;
  for (const CollectorDescriptor& descriptor : surroundings_.table) {
    CollectorOptions chosen{.enabled = descriptor.on_by_default, .interval = descriptor.interval};
    if (const auto found = options_.collectors.find(descriptor.name);
        found != options_.collectors.end())
      chosen = found->second;
    if (chosen.enabled) adopt_collector(descriptor, chosen, paths_changed, next);
  }
  // What is left goes: its series end, and what its thread may still bring is dropped.
  for (const Running& gone : running_) {
    gone.source->retire();
    if (!gone.source->running()) continue;
    if (gone.source->release_watermark())
      surroundings_.watermark.commit(gone.source->running_tick());
    if (!gone.source->stuck()) gone.source->abandon(lane_, surroundings_.clock.now());
  }
  running_ = std::move(next);
  adopt_reports();
  discovery_.apply(options_.scrape_jobs);
  scraper_.apply(discovery_.pools());
}

scrape::RunSlowly Collection::run_slowly() {
  return [this](std::function<void()> work) -> std::function<bool()> {
    auto ticket = lane_.submit(std::move(work), [wake = surroundings_.wake] { wake(); });
    return [this, ticket = std::move(ticket)] { return lane_.leave_behind(ticket); };
  };
}

bool Collection::has_origin(Origin origin) const {
  return std::any_of(running_.begin(), running_.end(),
                     [&](const Running& running) { return running.descriptor->origin == origin; });
}

void Collection::adopt_reports() {
  const auto sources_of = [this](std::optional<Origin> origin) {
    return [this, origin] {
      std::vector<const OwnSource*> sources;
      for (const Running& running : running_)
        if (!origin || running.descriptor->origin == *origin)
          sources.push_back(running.source.get());
      return sources;
    };
  };
  const auto wanted = [&](const std::string& name, Origin labels, bool on_metrics_page,
                          std::unique_ptr<Collector> collector) {
    const auto known = std::find_if(reports_.begin(), reports_.end(), [&](const auto& report) {
      return report && report->status().name == name;
    });
    if (known != reports_.end()) {
      (*known)->set_interval(options_.report_interval);
      (*known)->set_target_labels(target_labels(labels));
      return std::exchange(*known, nullptr);
    }
    return std::make_unique<OwnSource>(OwnSource::Setup{.name = name,
                                                        .interval = options_.report_interval,
                                                        .target_labels = target_labels(labels),
                                                        .series_limit = options_.series_limit,
                                                        .on_metrics_page = on_metrics_page,
                                                        .collector = std::move(collector)},
                                       source_surroundings_);
  };
  std::vector<std::unique_ptr<OwnSource>> next;
  if (!running_.empty())
    next.push_back(wanted("collectors", Origin::Host, true,
                          std::make_unique<PerformanceReport>(sources_of(std::nullopt))));
  if (has_origin(Origin::Host))
    next.push_back(wanted("host-target", Origin::Host, false,
                          std::make_unique<TargetReport>(sources_of(Origin::Host))));
  if (has_origin(Origin::Agent))
    next.push_back(wanted("agent-target", Origin::Agent, false,
                          std::make_unique<TargetReport>(sources_of(Origin::Agent))));
  for (const auto& gone : reports_)
    if (gone) gone->retire();
  reports_ = std::move(next);
}

void Collection::dispatch_slow(OwnSource& source, Timestamp tick) {
  source.submit(lane_, tick, [wake = surroundings_.wake] { wake(); });
}

void Collection::tick_own_sources(Timestamp now) {
  struct Due {
    OwnSource* source;
    Timestamp tick;
    bool slow;
  };
  std::vector<Due> due;
  const auto take = [&](OwnSource& source, bool slow) {
    const std::optional<Timestamp> tick = source.take(now);
    // A collection that is still out is never started a second time.
    if (!tick || source.running()) return;
    due.push_back({&source, *tick, slow});
    surroundings_.watermark.expect(*tick);
  };
  for (const Running& running : running_)
    take(*running.source, running.descriptor->lane == Lane::Slow);
  for (const auto& report : reports_) take(*report, false);
  scraper_.announce(now);
  surroundings_.watermark.advance(now);

  scraper_.send_due();
  for (const Due& one : due)
    if (one.slow) dispatch_slow(*one.source, one.tick);
  for (const Due& one : due) {
    if (one.slow) continue;
    one.source->collect(one.tick);
    surroundings_.watermark.commit(one.tick);
  }
}

void Collection::finish_slow(Timestamp now) {
  for (const Running& running : running_) {
    OwnSource& source = *running.source;
    if (!source.running()) continue;
    if (source.finish()) {
      if (source.release_watermark()) surroundings_.watermark.commit(source.running_tick());
      continue;
    }
    if (now - source.running_tick() >= kWatermarkPatience && source.release_watermark())
      surroundings_.watermark.commit(source.running_tick());
    if (source.overdue(now)) {
      if (source.release_watermark()) surroundings_.watermark.commit(source.running_tick());
      source.abandon(lane_, now);
      overdue_.add();
    }
  }
  left_behind_.set(double(lane_.left_behind()));
}

Timestamp Collection::step(Timestamp now) {
  std::optional<CollectionOptions> pending;
  {
    const std::lock_guard lock(mutex_);
    pending.swap(pending_);
  }
  if (pending) {
    adopt(std::move(*pending));
    published_ = kBeginningOfTime;  // Whoever reloaded wants to see it.
  }
  finish_slow(now);
  if (discovery_.step(now)) scraper_.apply(discovery_.pools());
  tick_own_sources(now);
  scraper_.step(now);
  publish(now);
  return next_due(now);
}

Timestamp Collection::next_due(Timestamp now) const {
  Timestamp due = std::min(scraper_.due(), discovery_.due());
  for (const Running& running : running_) {
    OwnSource& source = *running.source;
    due = std::min(due, source.schedule().due());
    if (!source.running()) continue;
    if (source.holds_watermark()) due = std::min(due, source.running_tick() + kWatermarkPatience);
    if (!source.stuck())
      due = std::min(due, source.running_tick() + 2 * source.schedule().interval());
  }
  for (const auto& report : reports_) due = std::min(due, report->schedule().due());
  return std::max(due, now + 1ms);
}

void Collection::publish(Timestamp now) {
  bool wanted = false;
  {
    const std::lock_guard lock(mutex_);
    wanted = status_wanted_;
  }
  const Duration age =
      now >= published_ && published_ != kBeginningOfTime ? now - published_ : kStatusInterval;
  if (age >= (wanted ? kWantedStatusInterval : kStatusInterval)) {
    auto status = std::make_shared<CollectionStatus>();
    for (const Running& running : running_) status->collectors.push_back(running.source->status());
    scraper_.append_status(status->targets);
    append_pools(status->pools);
    published_ = now;
    const std::lock_guard lock(mutex_);
    status_ = std::move(status);
    status_wanted_ = false;
  }
  publish_metadata();
}

void Collection::append_pools(std::vector<PoolStatus>& pools) const {
  for (const auto& pool : discovery_.pools())
    pools.push_back({pool->job->name,
                     std::shared_ptr<const std::vector<DroppedTarget>>(pool, &pool->dropped),
                     pool->dropped_count});
}

void Collection::publish_metadata() {
  std::vector<std::shared_ptr<const SnapshotLayout>> layouts;
  for (const Running& running : running_) layouts.push_back(running.source->layout());
  for (const auto& report : reports_) layouts.push_back(report->layout());
  const std::uint64_t version = scraper_.metadata_version();
  if (metadata_published_ && layouts == metadata_layouts_ && version == metadata_scraped_version_)
    return;
  auto metadata = std::make_shared<MetadataSnapshot>();
  for (const auto& layout : layouts) {
    if (!layout) continue;
    for (const SnapshotFamily& family : layout->families)
      metadata->push_back({family.name, family.type, family.help, ""});
  }
  scraper_.append_metadata(*metadata);
  const auto key = [](const MetricMetadata& m) { return std::tie(m.name, m.type, m.help, m.unit); };
  std::sort(metadata->begin(), metadata->end(),
            [&](const MetricMetadata& a, const MetricMetadata& b) { return key(a) < key(b); });
  metadata->erase(std::unique(metadata->begin(), metadata->end()), metadata->end());
  metadata_layouts_ = std::move(layouts);
  metadata_scraped_version_ = version;
  metadata_published_ = true;
  const std::lock_guard lock(mutex_);
  metadata_ = std::move(metadata);
}

std::shared_ptr<const CollectionStatus> Collection::status() const {
  const std::lock_guard lock(mutex_);
  status_wanted_ = true;
  return status_;
}

std::shared_ptr<const MetadataSnapshot> Collection::metadata() const {
  const std::lock_guard lock(mutex_);
  return metadata_;
}

}  // namespace lapwing::collectors

// services: what each service of this host uses, `service_*{service=…}`. CPU, memory and I/O come
// from a service's control groups where it has some, and from its processes otherwise.
#include <unistd.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "collectors/host/stat.h"
#include "collectors/proc_file.h"
#include "collectors/registry.h"
#include "collectors/services/cgroup_accounting.h"
#include "collectors/services/factories.h"
#include "collectors/services/group_choice.h"
#include "collectors/services/process_accounting.h"
#include "collectors/services/service_directory.h"
#include "collectors/services/service_ranking.h"
#include "collectors/services/service_totals.h"
#include "collectors/services/top_recorder.h"

namespace lapwing::collectors::services {
namespace {

constexpr MetricInfo kHidden{
    "lapwing_services_hidden_processes",
    "Processes of which this may not be read: CAP_SYS_PTRACE would show io and memory, together "
    "with CAP_DAC_READ_SEARCH also descriptors and ports.",
    MetricType::Gauge,
    {"what"}};
constexpr MetricInfo kNameless{"lapwing_services_nameless_containers",
                               "Containers of which the name could not be found out.",
                               MetricType::Gauge};
constexpr MetricInfo kReads{"lapwing_services_process_reads_total",
                            "Processes that were looked at.", MetricType::Counter};
constexpr MetricInfo kUnnamed{"lapwing_services_unnamed_total",
                              "Processes that found the limit of services reached.",
                              MetricType::Counter};

constexpr Duration kRankInterval = 10s;
constexpr Duration kAbsence = 10min;  // after which a service without processes loses its series
constexpr double kSmoothing = 0.3;
constexpr double kMuchIo = 1e9;  // bytes a second that weigh as much as all processors

/// What is kept of a service from tick to tick.
struct Standing {
  std::uint64_t spent_micros = 0;  // of CPU, since the newest ranking
  std::uint64_t moved_bytes = 0;
  double use = 0;
  Timestamp since = kBeginningOfTime;    // it has had its series, or not
  Timestamp present = kBeginningOfTime;  // newest tick with a process
  std::uint64_t listed_ticks = 0;        // newest listing with a process
  // Of this tick:
  GaugeSet gauges{};
  std::uint64_t oldest_ticks = 0;
  std::uint64_t without_proportional = 0;
  std::uint64_t without_descriptors = 0;
};

class ServicesCollector final : public Collector {
 public:
  explicit ServicesCollector(const FactoryInput& input)
      : clock_(input.context.clock),
        paths_(input.context.paths),
        shared_(input.context.services),
        directory_(*shared_),
        processes_(paths_, directory_,
                   [this](const Process& process, const Uses& used) { count(process, used); }),
        groups_(paths_),
        totals_(directory_.names()),
        recorder_(paths_) {}

  Result<void> collect(MetricWriter& out) override {
    const auto held = directory_.hold();
    if (!held) return unavailable("a collection before this one has not come back");
    const Timestamp now = clock_.now();
    if (auto refreshed = processes_.refresh(now); !refreshed) return refreshed;
    // Groups come first: what they tell is not added up from their processes.
    choose_groups();
    groups_.step(now);
    processes_.read();
    totals_.begin();
    groups_.report([this](ServiceId service, const CounterSet& used, const GaugeSet& gauges) {
      totals_.count(service, used);  // a slice's is `other`
      if (service == kNobody) return;
      spend(service, used.at(Counter::UserMicros) + used.at(Counter::SystemMicros),
            used.at(Counter::ReadBytes) + used.at(Counter::WrittenBytes));
      totals_.add(service, gauges);
    });
    gather(now);
    if (ranked_ == kBeginningOfTime || now < ranked_ || now - ranked_ >= kRankInterval) rank(now);
    totals_.write(out);
    write_about_itself(out);
    recorder_.step(now, directory_);
    return {};
  }

 private:
  Standing& of(ServiceId service) { return standings_[service]; }

  void spend(ServiceId service, std::uint64_t micros, std::uint64_t bytes) {
    of(service).spent_micros += micros;
    of(service).moved_bytes += bytes;
  }

  // Of one process, since it was looked at last.
  void count(const Process& process, const Uses& used) {
    const auto use = [&](Use which) { return used[std::size_t(which)]; };
    const bool grouped = !process.owner_folder.empty() && !process.by_process;
    const auto told = [&](Counter counter) {
      return grouped && groups_.tells(process.owner_folder, counter);
    };
    CounterSet set;
    if (!told(Counter::UserMicros)) {
      set.add(Counter::UserMicros, use(Use::UserTicks) * micros_a_tick_);
      set.add(Counter::SystemMicros, use(Use::SystemTicks) * micros_a_tick_);
    }
    if (!told(Counter::ReadBytes) && !process.io_hidden) {
      set.add(Counter::ReadBytes, use(Use::ReadBytes));
      set.add(Counter::WrittenBytes, use(Use::WrittenBytes));
    }
    if (!process.io_hidden) {
      set.add(Counter::ReadCalls, use(Use::ReadOperations));
      set.add(Counter::WriteCalls, use(Use::WriteOperations));
    }
    set.add(Counter::MinorFaults, use(Use::MinorFaults));
    set.add(Counter::MajorFaults, use(Use::MajorFaults));
    set.add(Counter::IoDelayMicros, use(Use::IoDelayTicks) * micros_a_tick_);
    set.add(Counter::RunDelayMicros, use(Use::RunDelayNanoseconds) / 1000);
    totals_.count(process.service, set);
    spend(process.service, set.at(Counter::UserMicros) + set.at(Counter::SystemMicros),
          set.at(Counter::ReadBytes) + set.at(Counter::WrittenBytes));
  }

  void choose_groups() {
    const auto map = directory_.map();
    if (map == map_) return;
    const bool first = map_ == nullptr;
    map_ = map;
    groups_.choose(services::choose_groups(directory_.processes()), !first);
  }

  void gather(Timestamp now) {
    std::erase_if(standings_,
                  [&](const auto& known) { return !directory_.names().at(known.first); });
    for (auto& [service, standing] : standings_) {
      standing.gauges = {};
      standing.oldest_ticks = 0;
      standing.without_proportional = 0;
      standing.without_descriptors = 0;
    }
    hidden_ = {};
    for (const auto& [pid, process] : directory_.processes()) {
      Standing& standing = of(process.service);
      standing.present = now;
      standing.gauges.add(Gauge::Processes, 1);
      standing.gauges.add(Gauge::Threads, process.threads);
      standing.gauges.add(Gauge::ResidentBytes, process.resident_bytes);
      if (standing.oldest_ticks == 0 || process.start_ticks < standing.oldest_ticks)
        standing.oldest_ticks = std::max<std::uint64_t>(process.start_ticks, 1);
      hidden_.io += process.io_hidden ? 1 : 0;
      hidden_.memory += process.memory_hidden ? 1 : 0;
      hidden_.descriptors += process.descriptors_hidden ? 1 : 0;
      if (process.kernel_thread) continue;
      standing.gauges.add(Gauge::ProportionalBytes, process.proportional_bytes);
      standing.without_proportional += process.proportional_bytes == 0 ? 1 : 0;
      standing.without_descriptors += process.descriptors_hidden ? 1 : 0;
      standing.gauges.add(Gauge::Descriptors, process.descriptors);
      if (process.descriptor_limit > 0 && !process.descriptors_hidden)
        totals_.set_descriptor_share(
            process.service, double(process.descriptors) / double(process.descriptor_limit));
    }
    for (const auto& [name, id] : directory_.names().all()) conclude(id);
  }

  void conclude(ServiceId id) {
    Standing& standing = of(id);
    // A sum that lacks a process would be a wrong one.
    if (standing.without_proportional > 0)
      standing.gauges.known.reset(std::size_t(Gauge::ProportionalBytes));
    if (standing.without_descriptors > 0)
      standing.gauges.known.reset(std::size_t(Gauge::Descriptors));
    totals_.add(id, standing.gauges);
    CounterSet restarts;
    restarts.add(Counter::Restarts, 0);
    if (standing.oldest_ticks != 0) {
      if (standing.listed_ticks != 0 && standing.oldest_ticks > standing.listed_ticks)
        restarts.add(Counter::Restarts, 1);
      standing.listed_ticks = directory_.listed_ticks();
      totals_.set_start(id, start_time(standing.oldest_ticks));
    }
    totals_.count(id, restarts);
  }

  Timestamp start_time(std::uint64_t ticks) {
    if (boot_time_ == 0) {
      ProcFile file(paths_.in_proc("stat"));
      const auto content = file.read();
      if (!content) return kBeginningOfTime;
      const auto host = host::parse_kernel_statistics(*content);
      if (!host || !host->boot_time) return kBeginningOfTime;
      boot_time_ = std::int64_t(*host->boot_time);
    }
    return from_millis(boot_time_ * 1000 + std::int64_t(ticks * micros_a_tick_ / 1000));
  }

  void rank(Timestamp now) {
    const double seconds = now > ranked_ && ranked_ != kBeginningOfTime ? to_seconds(now - ranked_)
                                                                        : to_seconds(kRankInterval);
    ranked_ = now;
    std::vector<Rank> ranks;
    for (const auto& [name, id] : directory_.names().all()) {
      Standing& standing = of(id);
      const double use = double(standing.spent_micros) / 1e6 / seconds / processors_ +
                         double(standing.gauges.at(Gauge::ResidentBytes)) / memory_bytes_ / 2 +
                         double(standing.moved_bytes) / seconds / kMuchIo;
      standing.use += (standing.use == 0 ? 1 : kSmoothing) * (use - standing.use);
      standing.spent_micros = 0;
      standing.moved_bytes = 0;
      ranks.push_back({id, standing.use, directory_.names().at(id)->own_series,
                       standing.present != kBeginningOfTime && now - standing.present < kAbsence,
                       standing.since});
    }
    for (const RankChange& change : rerank(ranks, directory_.options().service_limit, now)) {
      directory_.set_own_series(change.service, change.own_series);
      of(change.service).since = now;
      if (change.own_series) totals_.start_series(change.service);
    }
  }

  void write_about_itself(MetricWriter& out) {
    reads_ += processes_.reads();
    out.sample(kHidden, {"io"}, double(hidden_.io));
    out.sample(kHidden, {"memory"}, double(hidden_.memory));
    out.sample(kHidden, {"descriptors"}, double(hidden_.descriptors));
    out.sample(kHidden, {"ports"}, double(directory_.hidden_processes()));
    out.sample(kNameless, double(directory_.nameless_containers()));
    out.sample(kReads, double(reads_));
    out.sample(kUnnamed, double(directory_.names().refused()));
    if (hidden_.any() || directory_.hidden_processes() > 0)
      out.warn(
          "I/O, proportional memory, descriptors and ports of other users' processes stay unknown "
          "without CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH");
  }

  const Clock& clock_;
  const HostPaths paths_;
  const std::shared_ptr<ServiceDirectory> shared_;
  ServiceDirectory& directory_;
  ProcessAccounting processes_;
  CgroupAccounting groups_;
  ServiceTotals totals_;
  TopRecorder recorder_;
  const std::uint64_t micros_a_tick_ = 1'000'000 / std::uint64_t(::sysconf(_SC_CLK_TCK));
  const double processors_ = double(std::max(1L, ::sysconf(_SC_NPROCESSORS_ONLN)));
  const double memory_bytes_ =
      std::max(1.0, double(::sysconf(_SC_PHYS_PAGES)) * double(::sysconf(_SC_PAGESIZE)));
  std::shared_ptr<const ServiceMap> map_;
  std::map<ServiceId, Standing> standings_;
  Timestamp ranked_ = kBeginningOfTime;
  std::int64_t boot_time_ = 0;
  struct Hidden {
    std::uint64_t io = 0;
    std::uint64_t memory = 0;
    std::uint64_t descriptors = 0;
    bool any() const { return io + memory + descriptors > 0; }
  };
  Hidden hidden_;
  std::uint64_t reads_ = 0;
};

class NoServices final : public Collector {
 public:
  Result<void> collect(MetricWriter&) override { return no_data("no directory of services"); }
};

}  // namespace

std::unique_ptr<Collector> make_services(const FactoryInput& input) {
  if (input.context.services == nullptr) return std::make_unique<NoServices>();
  return std::make_unique<ServicesCollector>(input);
}

}  // namespace lapwing::collectors::services

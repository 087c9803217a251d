#include "collectors/services/service_totals.h"

#include <algorithm>
#include <array>

namespace lapwing::collectors::services {
namespace {

constexpr double kMicro = 1e-6;

/// A series of one counter or gauge; `kind` is the value of the second label, where there is one.
template <typename Key>
struct Series {
  Key key;
  double factor;
  std::string_view kind;
  MetricInfo info;
};

constexpr MetricInfo counter(std::string_view name, std::string_view help,
                             std::string_view label = {}) {
  if (label.empty()) return {name, help, MetricType::Counter, {"service"}};
  return {name, help, MetricType::Counter, {"service", label}};
}
constexpr MetricInfo gauge(std::string_view name, std::string_view help) {
  return {name, help, MetricType::Gauge, {"service"}};
}

constexpr std::string_view kCpuHelp = "CPU time of the service, ended processes included, by mode.";
constexpr std::string_view kFaultsHelp =
    "Page faults of the service's processes: minor were served from memory, major from disk.";
constexpr std::string_view kCallsHelp =
    "Read and write system calls of the service's processes, whatever they were on.";
constexpr std::string_view kWaitingHelp =
    "Time during which some task of the service waited for the resource (pressure, of its control "
    "groups).";
constexpr std::string_view kStalledHelp =
    "Time during which all tasks of the service waited for the resource (pressure, of its control "
    "groups).";

constexpr Series<Counter> kCounterSeries[] = {
    {Counter::UserMicros, kMicro, "user", counter("service_cpu_seconds_total", kCpuHelp, "mode")},
    {Counter::SystemMicros, kMicro, "system",
     counter("service_cpu_seconds_total", kCpuHelp, "mode")},
    {Counter::Periods,
     1,
     {},
     counter("service_cpu_periods_total",
             "Periods in which the service could have met its CPU limit.")},
    {Counter::ThrottledPeriods,
     1,
     {},
     counter("service_cpu_throttled_periods_total",
             "Periods in which the service was held back by its CPU limit.")},
    {Counter::ThrottledMicros,
     kMicro,
     {},
     counter("service_cpu_throttled_seconds_total",
             "Time for which the service was held back by its CPU limit.")},
    {Counter::RunDelayMicros,
     kMicro,
     {},
     counter("service_run_delay_seconds_total",
             "Time that the threads of the service's processes were ready and waited for a "
             "CPU.")},
    {Counter::IoDelayMicros,
     kMicro,
     {},
     counter("service_io_delay_seconds_total",
             "Time that the service's processes waited for block I/O; 0 where the kernel's delay "
             "accounting is off.")},
    {Counter::MinorFaults, 1, "minor", counter("service_page_faults_total", kFaultsHelp, "kind")},
    {Counter::MajorFaults, 1, "major", counter("service_page_faults_total", kFaultsHelp, "kind")},
    {Counter::ReadBytes,
     1,
     {},
     counter("service_disk_read_bytes_total", "Bytes that the service had read from storage.")},
    {Counter::WrittenBytes,
     1,
     {},
     counter("service_disk_written_bytes_total",
             "Bytes that the service had written towards storage.")},
    {Counter::ReadOperations,
     1,
     {},
     counter("service_disk_reads_total", "Reads from block devices, of its control groups.")},
    {Counter::WriteOperations,
     1,
     {},
     counter("service_disk_writes_total", "Writes to block devices, of its control groups.")},
    {Counter::ReadCalls, 1, "read", counter("service_io_calls_total", kCallsHelp, "call")},
    {Counter::WriteCalls, 1, "write", counter("service_io_calls_total", kCallsHelp, "call")},
    {Counter::OomKills,
     1,
     {},
     counter("service_oom_kills_total",
             "Processes of the service that were killed for want of memory.")},
    {Counter::CpuWaitingMicros, kMicro, "cpu",
     counter("service_pressure_waiting_seconds_total", kWaitingHelp, "resource")},
    {Counter::IoWaitingMicros, kMicro, "io",
     counter("service_pressure_waiting_seconds_total", kWaitingHelp, "resource")},
    {Counter::MemoryWaitingMicros, kMicro, "memory",
     counter("service_pressure_waiting_seconds_total", kWaitingHelp, "resource")},
    {Counter::IoStalledMicros, kMicro, "io",
     counter("service_pressure_stalled_seconds_total", kStalledHelp, "resource")},
    {Counter::MemoryStalledMicros, kMicro, "memory",
     counter("service_pressure_stalled_seconds_total", kStalledHelp, "resource")},
    {Counter::Restarts,
     1,
     {},
     counter("service_restarts_total",
             "How often all processes of the service had gone and others had taken their place.")},
};

constexpr Series<Gauge> kGaugeSeries[] = {
    {Gauge::Processes, 1, {}, gauge("service_processes", "Processes of the service.")},
    {Gauge::Threads, 1, {}, gauge("service_threads", "Threads of the service.")},
    {Gauge::Descriptors, 1, {}, gauge("service_open_fds", "Open file descriptors of the service.")},
    {Gauge::ResidentBytes,
     1,
     {},
     gauge("service_memory_resident_bytes",
           "Resident memory of the service's processes; what they share counts for each.")},
    {Gauge::ProportionalBytes,
     1,
     {},
     gauge("service_memory_proportional_bytes",
           "Resident memory of the service's processes, what they share with others divided by "
           "their number; where every process could be read.")},
    {Gauge::UsedBytes,
     1,
     {},
     gauge("service_memory_used_bytes", "Memory charged to the service's control groups.")},
    {Gauge::CacheBytes,
     1,
     {},
     gauge("service_memory_cache_bytes", "Files' pages charged to the service's control groups.")},
    {Gauge::SwapBytes,
     1,
     {},
     gauge("service_memory_swap_bytes", "Memory of the service's control groups that is in swap.")},
    {Gauge::LimitBytes,
     1,
     {},
     gauge("service_memory_limit_bytes",
           "Memory that the service's control groups may use; missing: no limit.")},
};

constexpr MetricInfo kInfo{"service_info",
                           "The kind of each service that has series of its own; always 1.",
                           MetricType::Gauge,
                           {"service", "kind"}};
constexpr MetricInfo kStart = gauge(
    "service_start_time_seconds", "When the oldest process of the service started, in Unix time.");
constexpr MetricInfo kDescriptorShare = gauge(
    "service_fd_usage_ratio",
    "Open file descriptors as a part of the limit, of the process that is nearest to its own.");

// What makes no sense for several services together.
bool is_of_one(Counter key) {
  return key == Counter::Restarts ||
         (key >= Counter::CpuWaitingMicros && key <= Counter::MemoryStalledMicros);
}
bool is_of_one(Gauge key) { return key == Gauge::LimitBytes; }

template <typename Table, typename Set>
void write_table(const Table& table, const Set& set, std::string_view label, bool other,
                 MetricWriter& out) {
  for (const auto& series : table) {
    if (!set.knows(series.key) || (other && is_of_one(series.key))) continue;
    const double value = double(set.at(series.key)) * series.factor;
    if (series.kind.empty())
      out.sample(series.info, {label}, value);
    else
      out.sample(series.info, {label, series.kind}, value);
  }
}

}  // namespace

ServiceTotals::Total& ServiceTotals::of(ServiceId service) {
  if (!names_.at(service) || !names_.at(service)->own_series) return other_;
  return totals_[service];
}

void ServiceTotals::count(ServiceId service, const CounterSet& used) {
  CounterSet& into = of(service).counters;
  for (std::size_t i = 0; i < kCounters; ++i) into.values[i] += used.values[i];
  into.known |= used.known;
}

void ServiceTotals::start_series(ServiceId service) {
  CounterSet& counters = of(service).counters;
  // What control groups alone tell stays unknown until they do.
  for (std::size_t i = 0; i < std::size_t(Counter::ReadOperations); ++i)
    if (other_.counters.known.test(i)) counters.known.set(i);
}

void ServiceTotals::begin() {
  const auto clear = [](Total& total) {
    total.gauges = {};
    total.start = kBeginningOfTime;
    total.descriptor_share = -1;
  };
  std::erase_if(totals_, [&](const auto& known) { return !names_.at(known.first); });
  for (auto& [service, total] : totals_) clear(total);
  clear(other_);
}

void ServiceTotals::add(ServiceId service, const GaugeSet& now) {
  GaugeSet& into = of(service).gauges;
  for (std::size_t i = 0; i < kGauges; ++i) into.values[i] += now.values[i];
  into.known |= now.known;
}

void ServiceTotals::set_start(ServiceId service, Timestamp start) { of(service).start = start; }

void ServiceTotals::set_descriptor_share(ServiceId service, double share) {
  Total& total = of(service);
  total.descriptor_share = std::max(total.descriptor_share, share);
}

void ServiceTotals::write(MetricWriter& out) const {
  for (const auto& [name, id] : names_.all()) {
    const Service& service = *names_.at(id);
    if (!service.own_series) continue;
    out.sample(kInfo, {name, services::name(service.kind)}, 1);
    static const Total kNothing;
    const auto known = totals_.find(id);
    write_one(name, known == totals_.end() ? kNothing : known->second, false, out);
  }
  write_one(kOtherServices, other_, true, out);
}

void ServiceTotals::write_one(std::string_view label, const Total& total, bool other,
                              MetricWriter& out) const {
  GaugeSet gauges = total.gauges;
  // None is a number too: it is what tells that a service is down.
  gauges.add(Gauge::Processes, 0);
  write_table(kCounterSeries, total.counters, label, other, out);
  write_table(kGaugeSeries, gauges, label, other, out);
  if (other) return;
  if (total.start != kBeginningOfTime) out.sample(kStart, {label}, to_seconds(total.start));
  if (total.descriptor_share >= 0) out.sample(kDescriptorShare, {label}, total.descriptor_share);
}

}  // namespace lapwing::collectors::services

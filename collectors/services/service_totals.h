// ServiceTotals: what was counted of each service, as its series show it: a service with series of
// its own under its name, all others together under "other". What a service used while it was one
// of the others stays there: no counter falls, and each use is in one of them.
#pragma once

#include <map>

#include "agent/base/time.h"
#include "collectors/metric_writer.h"
#include "collectors/services/service_names.h"
#include "collectors/services/service_use.h"

namespace lapwing::collectors::services {

/// The thread's that collects.
class ServiceTotals {
 public:
  /// `names` outlives it.
  explicit ServiceTotals(const ServiceNames& names) : names_(names) {}

  void count(ServiceId service, const CounterSet& used);
  /// The service has series of its own from now on: they begin at zero, so that no increase is
  /// lost.
  void start_series(ServiceId service);
  /// Forgets the figures of the tick before; counters stay.
  void begin();
  void add(ServiceId service, const GaugeSet& now);
  /// The oldest process of the service, and the fullest table of descriptors: a part of its limit.
  void set_start(ServiceId service, Timestamp start);
  void set_descriptor_share(ServiceId service, double share);

  void write(MetricWriter& out) const;

 private:
  struct Total {
    CounterSet counters{};
    GaugeSet gauges{};
    Timestamp start = kBeginningOfTime;
    double descriptor_share = -1;  // unknown
  };

  Total& of(ServiceId service);
  void write_one(std::string_view label, const Total& total, bool other, MetricWriter& out) const;

  const ServiceNames& names_;
  std::map<ServiceId, Total> totals_;
  Total other_;
};

}  // namespace lapwing::collectors::services

#include "collectors/latency/capture_metrics.h"

#include <string>

namespace lapwing::collectors::latency {

CaptureMetrics::CaptureMetrics(metrics::Registry& registry)
    : packets_(registry.counter("lapwing_latency_packets_total",
                                "Packets that the kernel's filter let through.")),
      dropped_(registry.counter("lapwing_latency_dropped_packets_total",
                                "Packets that the kernel dropped because the ring was full.")),
      repeated_(registry.counter("lapwing_latency_repeated_segments_total",
                                 "Segments with nothing new: sent again, or seen on another "
                                 "interface before.")),
      unreadable_(registry.counter("lapwing_latency_unreadable_packets_total",
                                   "Packets that could not be read as TCP.")),
      strangers_(registry.counter("lapwing_latency_unknown_service_segments_total",
                                  "Segments of no service that is known.")),
      refused_(registry.counter("lapwing_latency_refused_connections_total",
                                "Connections left out because the table was full.")),
      cpu_seconds_(
          registry.counter("lapwing_latency_cpu_seconds_total", "CPU time of the capture thread.")),
      connections_(
          registry.gauge("lapwing_latency_connections", "Connections that are being followed.")),
      ports_(registry.gauge("lapwing_latency_ports", "Ports whose packets are looked at.")),
      ring_bytes_(registry.gauge("lapwing_latency_ring_bytes",
                                 "Memory in which the kernel hands packets over.")),
      ratio_(registry.gauge("lapwing_latency_sampling_ratio",
                            "Share of the connections that are looked at; counts of the others "
                            "are missing, divide by it.")) {
  for (std::size_t i = 0; i < kUnclearCount; ++i)
    unclear_.push_back(registry.counter(
        "lapwing_latency_unclear_total",
        "What the time from request to answer cannot tell, or not alone, by reason.",
        {{"reason", std::string(name(Unclear(i)))}}));
}

void CaptureMetrics::add(const RingCounts& counts, double cpu_seconds,
                         std::uint64_t unreadable) const {
  packets_.add(double(counts.packets));
  dropped_.add(double(counts.dropped));
  cpu_seconds_.add(cpu_seconds);
  unreadable_.add(double(unreadable));
}

void CaptureMetrics::show(const TrackerCounts& counts) {
  const auto add = [](const metrics::Counter& counter, std::uint64_t now, std::uint64_t before) {
    if (now > before) counter.add(double(now - before));
  };
  for (std::size_t i = 0; i < kUnclearCount; ++i)
    add(unclear_[i], counts.unclear[i], told_.unclear[i]);
  add(repeated_, counts.repeated, told_.repeated);
  add(strangers_, counts.strangers, told_.strangers);
  add(refused_, counts.refused_connections, told_.refused_connections);
  told_ = counts;
}

void CaptureMetrics::show_state(const CaptureState& state) const {
  connections_.set(double(state.connections));
  ports_.set(double(state.ports));
  ring_bytes_.set(double(state.ring_bytes));
  ratio_.set(state.sampling_ratio);
}

}  // namespace lapwing::collectors::latency

#include "collectors/host/timex.h"

#include <cerrno>
#include <memory>

#include "collectors/host/factories.h"
#include "collectors/proc_file.h"
#include "collectors/registry.h"

namespace lapwing::collectors::host {
namespace {

constexpr double kMicrosecondsPerSecond = 1e6;
constexpr double kNanosecondsPerSecond = 1e9;
// Frequencies are parts per million with 16 bits of fraction: adjtimex(2).
constexpr double kPpmFraction = 1e6 * 65536;

constexpr MetricInfo kEstimatedErrorSeconds{"node_timex_estimated_error_seconds",
                                            "Estimated error of the clock.", MetricType::Gauge};
constexpr MetricInfo kFrequencyAdjustmentRatio{"node_timex_frequency_adjustment_ratio",
                                               "Factor that the clock is adjusted by.",
                                               MetricType::Gauge};
constexpr MetricInfo kLoopTimeConstant{
    "node_timex_loop_time_constant", "Time constant of the phase-locked loop.", MetricType::Gauge};
constexpr MetricInfo kMaxerrorSeconds{"node_timex_maxerror_seconds", "Largest error of the clock.",
                                      MetricType::Gauge};
constexpr MetricInfo kOffsetSeconds{"node_timex_offset_seconds", "Offset from the reference clock.",
                                    MetricType::Gauge};
constexpr MetricInfo kStatus{"node_timex_status", "Status bits of the clock.", MetricType::Gauge};
constexpr MetricInfo kSyncStatus{"node_timex_sync_status", "Whether the clock is synchronised.",
                                 MetricType::Gauge};
constexpr MetricInfo kTaiOffsetSeconds{"node_timex_tai_offset_seconds",
                                       "Offset of International Atomic Time.", MetricType::Gauge};
constexpr MetricInfo kTickSeconds{"node_timex_tick_seconds", "Time between clock ticks.",
                                  MetricType::Gauge};
constexpr MetricInfo kPpsCalibrationTotal{"node_timex_pps_calibration_total",
                                          "Calibration intervals of the pulse a second.",
                                          MetricType::Counter};
constexpr MetricInfo kPpsErrorTotal{
    "node_timex_pps_error_total", "Calibration errors of the pulse a second.", MetricType::Counter};
constexpr MetricInfo kPpsFrequencyHertz{"node_timex_pps_frequency_hertz",
                                        "Frequency of the pulse a second.", MetricType::Gauge};
constexpr MetricInfo kPpsJitterSeconds{"node_timex_pps_jitter_seconds",
                                       "Jitter of the pulse a second.", MetricType::Gauge};
constexpr MetricInfo kPpsJitterTotal{
    "node_timex_pps_jitter_total", "Times that the jitter passed its limit.", MetricType::Counter};
constexpr MetricInfo kPpsShiftSeconds{"node_timex_pps_shift_seconds",
                                      "Interval of the pulse a second.", MetricType::Gauge};
constexpr MetricInfo kPpsStabilityExceededTotal{"node_timex_pps_stability_exceeded_total",
                                                "Times that the stability passed its limit.",
                                                MetricType::Counter};
constexpr MetricInfo kPpsStabilityHertz{"node_timex_pps_stability_hertz",
                                        "Stability of the pulse a second.", MetricType::Gauge};

class TimexCollector final : public Collector {
 public:
  Result<void> collect(MetricWriter& out) override {
    ::timex clock{};
    const int state = ::adjtimex(&clock);
    if (state < 0) {
      // Containers forbid even reading.
      if (errno == EPERM || errno == EACCES || errno == ENOSYS)
        return no_data("adjtimex: not permitted");
      return system_error("adjtimex", errno);
    }
    write_clock_state(clock, state, out);
    return {};
  }
};

}  // namespace

void write_clock_state(const ::timex& clock, int state, MetricWriter& out) {
  const bool nanoseconds = (clock.status & STA_NANO) != 0;
  const double divisor = nanoseconds ? kNanosecondsPerSecond : kMicrosecondsPerSecond;
  out.sample(kSyncStatus, state == TIME_ERROR ? 0 : 1);
  out.sample(kOffsetSeconds, double(clock.offset) / divisor);
  out.sample(kFrequencyAdjustmentRatio, 1 + double(clock.freq) / kPpmFraction);
  out.sample(kMaxerrorSeconds, double(clock.maxerror) / kMicrosecondsPerSecond);
  out.sample(kEstimatedErrorSeconds, double(clock.esterror) / kMicrosecondsPerSecond);
  out.sample(kStatus, double(clock.status));
  out.sample(kLoopTimeConstant, double(clock.constant));
  out.sample(kTickSeconds, double(clock.tick) / kMicrosecondsPerSecond);
  out.sample(kPpsFrequencyHertz, double(clock.ppsfreq) / kPpmFraction);
  out.sample(kPpsJitterSeconds, double(clock.jitter) / divisor);
  out.sample(kPpsShiftSeconds, double(clock.shift));
  out.sample(kPpsStabilityHertz, double(clock.stabil) / kPpmFraction);
  out.sample(kPpsJitterTotal, double(clock.jitcnt));
  out.sample(kPpsCalibrationTotal, double(clock.calcnt));
  out.sample(kPpsErrorTotal, double(clock.errcnt));
  out.sample(kPpsStabilityExceededTotal, double(clock.stbcnt));
  out.sample(kTaiOffsetSeconds, double(clock.tai));
}

std::unique_ptr<Collector> make_timex(const FactoryInput&) {
  return std::make_unique<TimexCollector>();
}

}  // namespace lapwing::collectors::host

#include "collectors/host/timex.h"

#include <catch2/catch.hpp>

#include "tests/collectors/support.h"

using namespace lapwing;
using namespace lapwing::testing;

namespace {

::timex disciplined_clock() {
  ::timex clock{};
  clock.offset = 1'500;
  clock.freq = 65'536;  // one part per million
  clock.maxerror = 500'000;
  clock.esterror = 250;
  clock.constant = 7;
  clock.tick = 10'000;
  clock.ppsfreq = 2 * 65'536;
  clock.jitter = 3'000;
  clock.shift = 4;
  clock.stabil = 3 * 65'536;
  clock.jitcnt = 11;
  clock.calcnt = 12;
  clock.errcnt = 13;
  clock.stbcnt = 14;
  clock.tai = 37;
  return clock;
}

Samples written(const ::timex& clock, int state) {
  collectors::MetricWriter writer(100);
  writer.begin();
  collectors::host::write_clock_state(clock, state, writer);
  return samples_of(writer);
}

}  // namespace

TEST_CASE("timex: fields in seconds, ratios and hertz") {
  const Samples found = written(disciplined_clock(), TIME_OK);
  const auto of = [&](const char* name) { return found.at(std::string("node_timex_") + name); };
  CHECK(of("sync_status") == 1);
  CHECK(of("offset_seconds") == Approx(0.0015));
  CHECK(of("frequency_adjustment_ratio") == Approx(1.000001).epsilon(1e-12));
  CHECK(of("maxerror_seconds") == 0.5);
  CHECK(of("estimated_error_seconds") == Approx(0.00025));
  CHECK(of("loop_time_constant") == 7);
  CHECK(of("tick_seconds") == 0.01);
  CHECK(of("pps_frequency_hertz") == Approx(2e-6));
  CHECK(of("pps_jitter_seconds") == 0.003);
  CHECK(of("pps_shift_seconds") == 4);
  CHECK(of("pps_stability_hertz") == Approx(3e-6));
  CHECK(of("pps_jitter_total") == 11);
  CHECK(of("pps_calibration_total") == 12);
  CHECK(of("pps_error_total") == 13);
  CHECK(of("pps_stability_exceeded_total") == 14);
  CHECK(of("tai_offset_seconds") == 37);
  CHECK(of("status") == 0);
  CHECK(found.size() == 17);
}

TEST_CASE("timex: with STA_NANO offset and jitter are nanoseconds") {
  ::timex clock = disciplined_clock();
  clock.status = STA_NANO | STA_PLL;
  const Samples found = written(clock, TIME_OK);
  CHECK(found.at("node_timex_offset_seconds") == Approx(1.5e-6));
  CHECK(found.at("node_timex_pps_jitter_seconds") == Approx(3e-6));
  CHECK(found.at("node_timex_maxerror_seconds") == 0.5);
  CHECK(found.at("node_timex_status") == STA_NANO + STA_PLL);
}

TEST_CASE("timex: a clock in error is not synchronised, one before a leap second is") {
  CHECK(written({}, TIME_ERROR).at("node_timex_sync_status") == 0);
  CHECK(written({}, TIME_INS).at("node_timex_sync_status") == 1);
}

TEST_CASE("timex: the real kernel answers, or forbids it") {
  HostBed bed;
  const Samples found = bed.run("timex");
  if (bed.last.ok())
    CHECK(found.at("node_timex_tick_seconds") > 0);
  else
    CHECK(bed.failed(ErrorKind::NoData));
}

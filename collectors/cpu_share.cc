#include "collectors/cpu_share.h"

#include <ctime>

namespace lapwing::collectors {

std::chrono::nanoseconds CpuShare::thread_time() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace lapwing::collectors

#include "alerting/schedule.h"

namespace lapwing::alerting {

Duration group_phase(std::string_view identity, Duration interval) {
  if (interval <= 5s) return Duration{};
  const auto seconds = std::uint64_t(interval / Duration(1s));
  return std::chrono::seconds(fnv1a(identity) % seconds);
}

Timestamp newest_due(Timestamp now, Duration interval, Duration phase) {
  return floor_to(now - phase, interval) + phase;
}

std::uint64_t fnv1a(std::string_view bytes, std::uint64_t seed) {
  std::uint64_t hash = seed;
  for (const char c : bytes) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 1099511628211u;
  }
  return hash;
}

}  // namespace lapwing::alerting

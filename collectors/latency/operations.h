// Operations: what is asked of one service (methods and routes, commands), in a bounded table,
// and how it went.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/latency/protocol/exchange.h"

namespace lapwing::collectors::latency {

struct Operation {
  std::string method;
  std::string route;
  std::array<std::uint64_t, kOutcomeCount> outcomes{};
  std::uint64_t timed = 0;  ///< requests whose duration is known
  std::uint64_t sum_nanoseconds = 0;
  bool operator==(const Operation&) const = default;
};

class Operations {
 public:
  /// What comes after so many different ones is counted together, as the method "other".
  static constexpr std::size_t kLimit = 64;

  /// Its number, good for operator[]: 0 is "other".
  std::uint16_t find_or_add(std::string_view method, std::string_view route);
  Operation& operator[](std::uint16_t number) { return all_[number]; }
  /// In the order of their first request; the first is "other".
  const std::vector<Operation>& all() const { return all_; }

 private:
  static constexpr std::size_t kBuckets = 4 * kLimit;

  std::vector<Operation> all_{{.method = "other"}};
  std::vector<std::uint16_t> index_;  // by hash; 0: free
};

}  // namespace lapwing::collectors::latency

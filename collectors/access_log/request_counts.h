// RequestCounts: what the lines of one access log add up to, by host, method and class of status.
// No label value comes from a line unchecked: methods are HTTP's, hosts a bounded number.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "collectors/access_log/line_format.h"

namespace lapwing::collectors::access_log {

/// Upper bounds of the duration histogram, without +Inf.
inline constexpr std::array<double, 13> kDurationBounds = {
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
/// The same as the label "le" has them.
inline constexpr std::array<std::string_view, 14> kDurationBoundTexts = {
    "0.001", "0.0025", "0.005", "0.01", "0.025", "0.05", "0.1",
    "0.25",  "0.5",    "1",     "2.5",  "5",     "10",   "+Inf"};

class RequestCounts {
 public:
  struct Cell {
    std::uint16_t host = 0;
    std::uint8_t method = 0;
    std::uint8_t status = 0;
    std::uint64_t requests = 0;
    std::uint64_t timed = 0;  ///< those whose line told how long
    double seconds = 0;
    std::array<std::uint64_t, kDurationBounds.size() + 1> buckets{};  ///< each its own range
  };

  explicit RequestCounts(std::size_t host_limit) : host_limit_(host_limit) {}

  void add(const AccessRecord& record);

  /// In the order in which they were first seen.
  const std::vector<Cell>& cells() const { return cells_; }
  std::string_view host(const Cell& cell) const { return hosts_[cell.host]; }
  static std::string_view method(const Cell& cell);
  static std::string_view status(const Cell& cell);

  static constexpr std::size_t kHostLengthLimit = 255;

 private:
  std::uint16_t host_number(std::string_view host);

  const std::size_t host_limit_;
  std::vector<std::string> hosts_{"", "other"};
  std::unordered_map<std::string, std::uint16_t> host_numbers_;
  std::string scratch_;
  std::string last_host_;  // logs repeat themselves
  std::uint16_t last_host_number_ = 0;
  std::vector<Cell> cells_;
  std::unordered_map<std::uint32_t, std::uint32_t> places_;
};

}  // namespace lapwing::collectors::access_log

#include "collectors/access_log/request_counts.h"

#include <algorithm>

#include "agent/base/utf8.h"

namespace lapwing::collectors::access_log {
namespace {

constexpr std::array<std::string_view, 11> kMethods = {"GET",    "HEAD",     "POST",    "PUT",
                                                       "DELETE", "PATCH",    "OPTIONS", "CONNECT",
                                                       "TRACE",  "PROPFIND", "other"};
constexpr std::array<std::string_view, 6> kClasses = {"1xx", "2xx", "3xx", "4xx", "5xx", "other"};
constexpr std::uint16_t kNoHost = 0;
constexpr std::uint16_t kOtherHost = 1;

std::uint8_t method_number(std::string_view method) {
  std::uint8_t number = 0;
  while (number + 1u < kMethods.size() && kMethods[number] != method) ++number;
  return number;
}

std::uint8_t class_number(int status) {
  return std::uint8_t(status >= 100 && status < 600 ? status / 100 - 1 : 5);
}

}  // namespace

std::string_view RequestCounts::method(const Cell& cell) { return kMethods[cell.method]; }
std::string_view RequestCounts::status(const Cell& cell) { return kClasses[cell.status]; }

std::uint16_t RequestCounts::host_number(std::string_view host) {
  if (host_limit_ == 0 || host.empty()) return kNoHost;
  if (host == last_host_) return last_host_number_;
  if (host.size() > kHostLengthLimit || !is_utf8(host)) return kOtherHost;
  scratch_.assign(host);
  const auto known = host_numbers_.find(scratch_);
  std::uint16_t number = kOtherHost;
  if (known != host_numbers_.end()) {
    number = known->second;
  } else if (host_numbers_.size() < host_limit_) {
    number = std::uint16_t(hosts_.size());
    hosts_.push_back(scratch_);
    host_numbers_.emplace(scratch_, number);
  }
  last_host_.assign(host);
  last_host_number_ = number;
  return number;
}

void RequestCounts::add(const AccessRecord& record) {
  const std::uint16_t host = host_number(record.host);
  const std::uint8_t method = method_number(record.method);
  const std::uint8_t status = class_number(record.status);
  const std::uint32_t key = std::uint32_t(host) << 16 | std::uint32_t(method) << 8 | status;
  const auto [place, fresh] = places_.try_emplace(key, std::uint32_t(cells_.size()));
  if (fresh) cells_.push_back({host, method, status});
  Cell& cell = cells_[place->second];
  ++cell.requests;
  if (record.seconds < 0) return;
  ++cell.timed;
  cell.seconds += record.seconds;
  const auto bound =
      std::lower_bound(kDurationBounds.begin(), kDurationBounds.end(), record.seconds);
  ++cell.buckets[std::size_t(bound - kDurationBounds.begin())];
}

}  // namespace lapwing::collectors::access_log

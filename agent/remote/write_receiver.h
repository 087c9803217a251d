// WriteReceiver: POST /api/v1/write, Prometheus remote write 1.0 in. Statuses are those of
// Prometheus 3.5's receiver. Left out: remote write 2.0 (415), native histograms (refused and
// counted), exemplars and metadata (dropped and counted).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "agent/http/message.h"
#include "agent/metrics/registry.h"
#include "agent/model/appender.h"
#include "agent/remote/series_cache.h"

namespace lapwing::remote {

struct WriteLimits {
  std::size_t uncompressed_bytes = 32u << 20;
  std::size_t labels_per_series = 128;
  std::size_t cached_series = 100'000;
};

/// Headers that decide; "" when missing.
struct WriteHeaders {
  std::string_view content_type;
  std::string_view content_encoding;
};

struct WriteOutcome {
  int status = 204;  ///< 204, 400, 413, 415 or 503; a sender tries again on 5xx only
  std::string message{};
};

/// Any thread, several at once. Unlike Prometheus, which takes a request whole or not at all, what
/// can be stored of a request is stored, whatever the status says of the rest.
class WriteReceiver {
 public:
  /// Both must outlive the receiver.
  WriteReceiver(Appender& appender, metrics::Registry& registry, WriteLimits limits = {});

  WriteOutcome receive(std::string_view body, const WriteHeaders& headers);
  /// The same as a route's handler.
  http::Response handle(const http::Request& request);

 private:
  class Request;
  struct Counters {
    explicit Counters(metrics::Registry& registry);
    static metrics::Counter refused(metrics::Registry& registry, const std::string& reason);

    metrics::Counter samples;
    metrics::Counter out_of_order;
    metrics::Counter conflicting;
    metrics::Counter too_far_ahead;
    metrics::Counter invalid_labels;
    metrics::Counter unresolved;
    metrics::Counter histograms;
    metrics::Counter exemplars;
    metrics::Counter metadata;
    metrics::Counter bad_requests;
  };

  WriteOutcome refuse(int status, std::string message) const;

  Appender& appender_;
  const WriteLimits limits_;
  const Counters counters_;
  SeriesCache cache_;
};

}  // namespace lapwing::remote

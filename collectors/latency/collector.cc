#include "collectors/latency/collector.h"

#include <array>
#include <string_view>
#include <vector>

#include "collectors/latency/snapshot.h"

namespace lapwing::collectors::latency {
namespace {

/// The families of one side: services of this host, or backends elsewhere that it calls.
struct Families {
  MetricInfo bucket, sum, count, quantile, requests, duration_sum, duration_count;
};

constexpr std::string_view kLatencyHelp =
    "Time from a request's last payload to its answer's first, seen on this host's network.";
constexpr std::string_view kQuantileHelp = "Quantiles of that time over the last ten seconds.";
constexpr std::string_view kRequestsHelp =
    "Requests of protocols that are read: by method or command, route and outcome.";
constexpr std::string_view kDurationHelp = "Time from a request to its answer, by what was asked.";

constexpr Families kServices = {
    .bucket = {"service_latency_seconds_bucket",
               kLatencyHelp,
               MetricType::Histogram,
               {"service", "port", "le"}},
    .sum = {"service_latency_seconds_sum",
            kLatencyHelp,
            MetricType::Histogram,
            {"service", "port"}},
    .count = {"service_latency_seconds_count",
              kLatencyHelp,
              MetricType::Histogram,
              {"service", "port"}},
    .quantile = {"service_latency_quantile_seconds",
                 kQuantileHelp,
                 MetricType::Gauge,
                 {"service", "port", "quantile"}},
    .requests = {"service_requests_total",
                 kRequestsHelp,
                 MetricType::Counter,
                 {"service", "port", "protocol", "method", "route", "status"}},
    .duration_sum = {"service_request_duration_seconds_sum",
                     kDurationHelp,
                     MetricType::Summary,
                     {"service", "port", "protocol", "method", "route"}},
    .duration_count = {"service_request_duration_seconds_count",
                       kDurationHelp,
                       MetricType::Summary,
                       {"service", "port", "protocol", "method", "route"}}};

constexpr Families kBackends = {
    .bucket = {"service_client_latency_seconds_bucket",
               kLatencyHelp,
               MetricType::Histogram,
               {"remote", "le"}},
    .sum = {"service_client_latency_seconds_sum", kLatencyHelp, MetricType::Histogram, {"remote"}},
    .count = {"service_client_latency_seconds_count",
              kLatencyHelp,
              MetricType::Histogram,
              {"remote"}},
    .quantile = {"service_client_latency_quantile_seconds",
                 kQuantileHelp,
                 MetricType::Gauge,
                 {"remote", "quantile"}},
    .requests = {"service_client_requests_total",
                 kRequestsHelp,
                 MetricType::Counter,
                 {"remote", "protocol", "method", "route", "status"}},
    .duration_sum = {"service_client_request_duration_seconds_sum",
                     kDurationHelp,
                     MetricType::Summary,
                     {"remote", "protocol", "method", "route"}},
    .duration_count = {"service_client_request_duration_seconds_count",
                       kDurationHelp,
                       MetricType::Summary,
                       {"remote", "protocol", "method", "route"}}};

constexpr std::array<std::string_view, 4> kQuantileLabels = {"0.5", "0.9", "0.99", "0.999"};

double to_seconds(std::uint64_t nanoseconds) { return double(nanoseconds) / 1e9; }

class LatencyCollector final : public Collector {
 public:
  explicit LatencyCollector(StatusSource<Snapshot> source) : source_(std::move(source)) {}

  Result<void> collect(MetricWriter& out) override {
    if (!source_) return no_data("no passive capture here");
    const std::shared_ptr<const Snapshot> snapshot = source_();
    if (!snapshot->capturing && snapshot->reason.empty()) return {};  // It has not begun yet.
    if (!snapshot->capturing) return no_data("no passive capture: " + snapshot->reason);
    for (const EndpointSnapshot& endpoint : snapshot->endpoints) write(endpoint, out);
    return {};
  }

 private:
  void write(const EndpointSnapshot& endpoint, MetricWriter& out) {
    const Families& families = endpoint.remote.empty() ? kServices : kBackends;
    const auto with = [&](std::initializer_list<std::string_view> more) {
      labels_.clear();
      if (endpoint.remote.empty())
        labels_.assign({endpoint.service, endpoint.port});
      else
        labels_.assign({endpoint.remote});
      labels_.insert(labels_.end(), more);
      return std::span<const std::string_view>(labels_);
    };
    std::uint64_t total = 0;
    for (std::size_t i = 0; i <= kBucketCount; ++i) {
      total += endpoint.histogram.counts[i];
      out.sample(families.bucket, with({kBucketLabels[i]}), double(total));
    }
    out.sample(families.sum, with({}), to_seconds(endpoint.histogram.sum_nanoseconds));
    out.sample(families.count, with({}), double(total));
    if (endpoint.quantiles)
      for (std::size_t i = 0; i < kQuantileLabels.size(); ++i)
        out.sample(families.quantile, with({kQuantileLabels[i]}), (*endpoint.quantiles)[i]);
    const std::string_view protocol = name(endpoint.protocol);
    for (const Operation& one : endpoint.operations) {
      for (std::size_t i = 0; i < kOutcomeCount; ++i)
        if (one.outcomes[i] > 0)
          out.sample(families.requests, with({protocol, one.method, one.route, name(Outcome(i))}),
                     double(one.outcomes[i]));
      out.sample(families.duration_sum, with({protocol, one.method, one.route}),
                 to_seconds(one.sum_nanoseconds));
      out.sample(families.duration_count, with({protocol, one.method, one.route}),
                 double(one.timed));
    }
  }

  const StatusSource<Snapshot> source_;
  std::vector<std::string_view> labels_;
};

}  // namespace

std::unique_ptr<Collector> make_latency(const FactoryInput& input) {
  return std::make_unique<LatencyCollector>(input.context.latency);
}

}  // namespace lapwing::collectors::latency

#include "collectors/access_log/access_log.h"

#include <utility>

#include "agent/base/file.h"
#include "collectors/access_log/positions.h"
#include "collectors/access_log/request_counts.h"
#include "collectors/access_log/tail.h"
#include "collectors/registry.h"

namespace lapwing::collectors::access_log {
namespace {

constexpr std::string_view kDurationHelp = "How long requests took, by the access log.";
constexpr MetricInfo kRequests{"nginx_http_requests_total",
                               "Requests in the access log.",
                               MetricType::Counter,
                               {"service", "host", "method", "status"}};
constexpr MetricInfo kBucket{"nginx_http_request_duration_seconds_bucket",
                             kDurationHelp,
                             MetricType::Histogram,
                             {"service", "host", "method", "status", "le"}};
constexpr MetricInfo kSum{"nginx_http_request_duration_seconds_sum",
                          kDurationHelp,
                          MetricType::Histogram,
                          {"service", "host", "method", "status"}};
constexpr MetricInfo kCount{"nginx_http_request_duration_seconds_count",
                            kDurationHelp,
                            MetricType::Histogram,
                            {"service", "host", "method", "status"}};
constexpr MetricInfo kLines{"lapwing_access_log_lines_total",
                            "Lines of access logs, by what became of them.",
                            MetricType::Counter,
                            {"service", "path", "result"}};
constexpr MetricInfo kRotations{"lapwing_access_log_rotations_total",
                                "How often another file took the log's place, or it was cut.",
                                MetricType::Counter,
                                {"service", "path", "how"}};
constexpr MetricInfo kBehind{"lapwing_access_log_unread_bytes",
                             "What stands in the log and was not read yet.",
                             MetricType::Gauge,
                             {"service", "path"}};

constexpr std::chrono::seconds kSaveInterval{10};
constexpr std::size_t kPositionsLimitBytes = 4u << 20;

struct Log {
  Log(const LogOptions& given, LineFormat line_format, std::optional<Position> from)
      : options(given),
        format(std::move(line_format)),
        tail(given.path, std::move(from)),
        counts(given.host_limit) {}

  LogOptions options;
  LineFormat format;
  Tail tail;
  RequestCounts counts;
  std::uint64_t parsed = 0;
  std::uint64_t malformed = 0;
};

class AccessLogs final : public Collector {
 public:
  AccessLogs(const std::vector<LogOptions>& logs, const std::string& state_folder,
             const Clock& clock)
      : clock_(clock), file_(state_folder.empty() ? "" : state_folder + "/access_log.positions") {
    if (logs.empty()) return;
    if (auto text = file_.empty() ? Result<std::string>(std::string())
                                  : read_file(file_, kPositionsLimitBytes))
      saved_ = parse_positions(*text);
    for (const LogOptions& options : logs) {
      auto format = LineFormat::create(options.format, options.fields, options.time_unit_seconds);
      if (!format) continue;  // the configuration was refused for it
      std::optional<Position> from;
      if (const auto known = saved_.find(options.path); known != saved_.end()) from = known->second;
      logs_.push_back(std::make_unique<Log>(options, *std::move(format), std::move(from)));
    }
  }
  ~AccessLogs() override { save(); }
  AccessLogs(const AccessLogs&) = delete;
  AccessLogs& operator=(const AccessLogs&) = delete;

  Result<void> collect(MetricWriter& out) override {
    if (logs_.empty()) return no_data("no access_logs are named in the configuration");
    const auto now = clock_.monotonic();
    for (const auto& log : logs_) {
      const Result<void> read = log->tail.look(now, [&](std::string_view line) {
        AccessRecord record;
        if (log->format.parse(line, record)) {
          ++log->parsed;
          log->counts.add(record);
        } else {
          ++log->malformed;
        }
      });
      if (!read) out.warn("access log " + log->options.path + ": " + read.error().message);
      write(*log, out);
    }
    if (now - saved_at_ >= kSaveInterval) {
      saved_at_ = now;
      save();
    }
    return {};
  }

 private:
  static void write(const Log& log, MetricWriter& out) {
    const std::string& service = log.options.service;
    for (const RequestCounts::Cell& cell : log.counts.cells()) {
      const std::string_view host = log.counts.host(cell);
      const std::string_view method = RequestCounts::method(cell);
      const std::string_view status = RequestCounts::status(cell);
      out.sample(kRequests, {service, host, method, status}, double(cell.requests));
      if (!log.format.tells_duration()) continue;
      std::uint64_t below = 0;
      for (std::size_t i = 0; i < cell.buckets.size(); ++i)
        out.sample(kBucket, {service, host, method, status, kDurationBoundTexts[i]},
                   double(below += cell.buckets[i]));
      out.sample(kSum, {service, host, method, status}, cell.seconds);
      out.sample(kCount, {service, host, method, status}, double(cell.timed));
    }
    const std::string& path = log.options.path;
    out.sample(kLines, {service, path, "parsed"}, double(log.parsed));
    out.sample(kLines, {service, path, "malformed"}, double(log.malformed));
    out.sample(kLines, {service, path, "too_long"}, double(log.tail.counts().long_lines));
    out.sample(kRotations, {service, path, "renamed"}, double(log.tail.counts().rotations));
    out.sample(kRotations, {service, path, "truncated"}, double(log.tail.counts().truncations));
    out.sample(kBehind, {service, path}, double(log.tail.behind_bytes()));
  }

  /// A file that cannot be written costs a restart its position, and nothing else.
  void save() {
    if (logs_.empty() || file_.empty()) return;
    Positions positions;
    for (const auto& log : logs_)
      if (const auto position = log->tail.position()) positions[log->options.path] = *position;
    std::string text = write_positions(positions);
    if (text == written_) return;
    if (write_file_atomically(file_, text)) written_ = std::move(text);
  }

  const Clock& clock_;
  const std::string file_;
  Positions saved_;
  std::vector<std::unique_ptr<Log>> logs_;
  std::chrono::nanoseconds saved_at_{};
  std::string written_;
};

}  // namespace

std::unique_ptr<Collector> make_access_logs(const std::vector<LogOptions>& logs,
                                            const std::string& state_folder, const Clock& clock) {
  return std::make_unique<AccessLogs>(logs, state_folder, clock);
}

std::unique_ptr<Collector> make_access_logs(const FactoryInput& input) {
  const auto setting = [&](std::string_view key) {
    const auto found = input.settings.find(key);
    return found == input.settings.end() ? std::string() : found->second;
  };
  return make_access_logs(parse_logs(setting("logs")), setting("state_folder"),
                          input.context.clock);
}

}  // namespace lapwing::collectors::access_log

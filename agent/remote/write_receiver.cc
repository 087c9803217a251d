#include "agent/remote/write_receiver.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "agent/base/utf8.h"
#include "agent/remote/wire.h"

namespace lapwing::remote {
namespace {

// Large enough that a call costs little a sample, small enough to stay in the cache.
constexpr std::size_t kBatchSamples = 1024;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

/// Why a content type is not remote write 1.0; "" when it is. A missing one is taken for it, as
/// Prometheus does for senders from before the header was specified.
std::string content_type_trouble(std::string_view content_type) {
  if (trimmed(content_type).empty()) return {};
  std::string_view rest = content_type;
  const auto next_part = [&rest] {
    const std::size_t end = std::min(rest.find(';'), rest.size());
    const std::string_view part = trimmed(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return part;
  };
  if (next_part() != "application/x-protobuf")
    return fmt::format("expected the content type application/x-protobuf, found \"{}\"",
                       content_type.substr(0, 100));
  while (!rest.empty()) {
    const std::string_view part = next_part();
    if (!part.starts_with("proto=")) continue;
    const std::string_view message = part.substr(6);
    if (message != "prometheus.WriteRequest")
      return fmt::format("the message {} is not served; send prometheus.WriteRequest",
                         message.substr(0, 100));
  }
  return {};
}

/// What Prometheus asks of labels with UTF-8 names; `sorted` is scratch memory.
bool are_valid(const WireSeries& series, std::vector<std::string_view>& sorted) {
  if (series.has_too_many_labels) return false;
  bool has_name = false;
  sorted.clear();
  for (const Label& label : series.labels) {
    if (label.name.empty() || !is_utf8(label.name) || !is_utf8(label.value)) return false;
    if (label.name == kMetricName) has_name = !label.value.empty();
    sorted.push_back(label.name);
  }
  if (!std::is_sorted(sorted.begin(), sorted.end())) std::sort(sorted.begin(), sorted.end());
  return has_name && std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end();
}

}  // namespace

/// One request on its way into the store.
class WriteReceiver::Request {
 public:
  explicit Request(WriteReceiver& receiver) : receiver_(receiver) {}

  void on_series(const WireSeries& series) {
    histograms_ += series.histograms;
    receiver_.counters_.histograms.add(double(series.histograms));
    receiver_.counters_.exemplars.add(double(series.exemplars));
    is_open_ = false;
    if (!are_valid(series, names_)) {
      receiver_.counters_.invalid_labels.add(double(series.samples));
      return;
    }
    if (series.samples == 0) return;  // a series of histograms or exemplars alone: none to make
    hash_ = SeriesCache::hash(series.labels);
    auto known = receiver_.cache_.find(hash_, series.labels);
    if (!known) known = resolve(Labels::from({series.labels.begin(), series.labels.end()}), hash_);
    if (!known) {
      unresolved_ += series.samples;
      return;
    }
    series_.push_back({hash_, std::move(*known)});
    is_open_ = true;
  }

  void on_sample(Sample sample) {
    if (!is_open_) return;
    refs_.push_back(series_.back().entry.ref);
    values_.push_back(sample.value);
    times_.push_back(sample.time);
    series_of_.push_back(std::uint32_t(series_.size() - 1));
    if (refs_.size() >= kBatchSamples) flush();
  }

  void flush() {
    const AppendOutcome outcome = append();
    // What the store has let go of gets a new number, once; twice in a row is the store's trouble.
    if (!outcome.retired.empty()) append_again(outcome.retired);
    refs_.clear();
    values_.clear();
    times_.clear();
    series_of_.clear();
    // The open series may have samples to come.
    if (is_open_) series_.erase(series_.begin(), series_.end() - 1);
    if (!is_open_) series_.clear();
  }

  WriteOutcome outcome() const {
    const Counters& counters = receiver_.counters_;
    counters.unresolved.add(double(unresolved_ + lost_));
    if (is_unavailable_ || lost_ > 0) return receiver_.refuse(503, "the store: " + resolve_error_);
    if (total_.too_far_ahead > 0)
      return refused(total_.too_far_ahead, "out of bounds: over 10 minutes ahead of now");
    if (total_.out_of_order > 0) return refused(total_.out_of_order, "out of order sample");
    if (total_.conflicting > 0)
      return refused(total_.conflicting, "duplicate sample for timestamp, with another value");
    if (unresolved_ > 0) return refused(unresolved_, resolve_error_);
    if (histograms_ > 0) return refused(histograms_, "native histograms are not stored");
    return {};
  }

 private:
  struct Series {
    std::uint64_t hash;
    SeriesCache::Entry entry;
  };

  std::optional<SeriesCache::Entry> resolve(Labels labels, std::uint64_t hash) {
    auto ref = receiver_.appender_.resolve(labels, SeriesKind::Unknown);
    if (!ref) {
      is_unavailable_ = is_unavailable_ || ref.error().kind != ErrorKind::Invalid;
      resolve_error_ = ref.error().message;
      return std::nullopt;
    }
    SeriesCache::Entry entry{std::move(labels), *ref};
    receiver_.cache_.put(hash, entry);
    return entry;
  }

  AppendOutcome append() {
    if (refs_.empty()) return {};
    const AppendOutcome outcome = receiver_.appender_.append(
        {.source = kNoSource, .refs = refs_, .values = values_, .times = times_});
    total_.stored += outcome.stored;
    total_.out_of_order += outcome.out_of_order;
    total_.conflicting += outcome.conflicting;
    total_.too_far_ahead += outcome.too_far_ahead;
    const Counters& counters = receiver_.counters_;
    counters.samples.add(outcome.stored);
    counters.out_of_order.add(outcome.out_of_order);
    counters.conflicting.add(outcome.conflicting);
    counters.too_far_ahead.add(outcome.too_far_ahead);
    return outcome;
  }

  void append_again(const std::vector<std::uint32_t>& retired) {
    std::size_t kept = 0;
    for (const std::uint32_t index : retired) {
      Series& series = series_[series_of_[index]];
      if (series.entry.ref == refs_[index]) {  // the first of its samples resolves for all
        receiver_.cache_.erase(series.hash);
        auto entry = resolve(series.entry.labels, series.hash);
        if (!entry) {
          ++unresolved_;
          continue;
        }
        series.entry = std::move(*entry);
      }
      // Indexes rise, so what is moved to the front was read already.
      refs_[kept] = series.entry.ref;
      values_[kept] = values_[index];
      times_[kept] = times_[index];
      ++kept;
    }
    refs_.resize(kept);
    values_.resize(kept);
    times_.resize(kept);
    const std::size_t still_retired = append().retired.size();
    if (still_retired == 0) return;
    lost_ += still_retired;
    resolve_error_ = "series are retired faster than they are written";
  }

  WriteOutcome refused(std::uint64_t samples, const std::string& why) const {
    return receiver_.refuse(
        400, fmt::format("{} ({} refused, {} samples stored)", why, samples, total_.stored));
  }

  WriteReceiver& receiver_;
  // The batch that gathers, a column a vector; series_of_ are indexes into series_.
  std::vector<SeriesRef> refs_;
  std::vector<double> values_;
  std::vector<Timestamp> times_;
  std::vector<std::uint32_t> series_of_;
  std::vector<Series> series_;
  std::vector<std::string_view> names_;
  std::uint64_t hash_ = 0;
  bool is_open_ = false;  // whether the last series takes samples
  AppendOutcome total_;
  std::uint64_t histograms_ = 0;
  std::uint64_t unresolved_ = 0;
  std::uint64_t lost_ = 0;
  bool is_unavailable_ = false;
  std::string resolve_error_;
};

WriteReceiver::Counters::Counters(metrics::Registry& registry)
    : samples(registry.counter("lapwing_remote_write_samples_total",
                               "Samples stored from remote write.")),
      out_of_order(refused(registry, "out_of_order")),
      conflicting(refused(registry, "conflicting")),
      too_far_ahead(refused(registry, "too_far_ahead")),
      invalid_labels(refused(registry, "invalid_labels")),
      unresolved(refused(registry, "unresolved")),
      histograms(refused(registry, "native_histogram")),
      exemplars(registry.counter("lapwing_remote_write_dropped_exemplars_total",
                                 "Exemplars that came by remote write; none are stored.")),
      metadata(registry.counter("lapwing_remote_write_dropped_metadata_total",
                                "Metadata entries that came by remote write; none are stored.")),
      bad_requests(registry.counter("lapwing_remote_write_refused_requests_total",
                                    "Remote write requests answered with an error.")) {}

metrics::Counter WriteReceiver::Counters::refused(metrics::Registry& registry,
                                                  const std::string& reason) {
  return registry.counter("lapwing_remote_write_refused_samples_total",
                          "Samples from remote write that were not stored, by reason.",
                          {{"reason", reason}});
}

WriteReceiver::WriteReceiver(Appender& appender, metrics::Registry& registry, WriteLimits limits)
    : appender_(appender), limits_(limits), counters_(registry), cache_(limits.cached_series) {}

WriteOutcome WriteReceiver::refuse(int status, std::string message) const {
  counters_.bad_requests.add();
  return {status, std::move(message)};
}

WriteOutcome WriteReceiver::receive(std::string_view body, const WriteHeaders& headers) {
  if (std::string trouble = content_type_trouble(headers.content_type); !trouble.empty())
    return refuse(415, std::move(trouble));
  if (!headers.content_encoding.empty() && headers.content_encoding != "snappy")
    return refuse(415, fmt::format("the encoding \"{}\" is not served; compress with snappy",
                                   headers.content_encoding.substr(0, 100)));
  std::string message;
  switch (uncompress(body, limits_.uncompressed_bytes, message)) {
    case Compression::Sound:
      break;
    case Compression::Broken:
      return refuse(400, "the body is no snappy block");
    case Compression::TooLarge:
      return refuse(413, fmt::format("the request unpacks to more than {} bytes",
                                     limits_.uncompressed_bytes));
  }
  Request request(*this);
  const WireVisitor visitor{[&](const WireSeries& series) { request.on_series(series); },
                            [&](Sample sample) { request.on_sample(sample); }};
  const auto totals = read_write_request(message, limits_.labels_per_series, visitor);
  if (!totals) return refuse(400, totals.error().message);
  counters_.metadata.add(double(totals->metadata));
  request.flush();
  return request.outcome();
}

http::Response WriteReceiver::handle(const http::Request& request) {
  WriteOutcome outcome =
      receive(request.body, {.content_type = request.header("Content-Type"),
                             .content_encoding = request.header("Content-Encoding")});
  if (outcome.status == 204) return http::Response{.status = 204};
  return http::text_response(outcome.status, outcome.message + "\n");
}

}  // namespace lapwing::remote

#include "agent/remote/write_receiver.h"

#include <catch2/catch.hpp>
#include <functional>
#include <map>
#include <optional>

#include "tests/agent/remote/write_message.h"

namespace lapwing::remote {
namespace {

using testing::packed;
using testing::request_body;
using testing::TestSeries;
using testing::TextPairs;

/// Stores like the real store as far as a receiver can tell, and fails on demand.
class ScriptedStore final : public Appender {
 public:
  std::map<std::string, std::map<std::int64_t, double>> samples;
  int resolves = 0;
  int appends = 0;
  std::function<std::optional<Error>(const Labels&)> refusal;
  std::int64_t newest_allowed = 1'000'000;

  SourceRef source(std::string_view) override { return SourceRef(1); }

  Result<SeriesRef> resolve(const Labels& labels, SeriesKind) override {
    ++resolves;
    if (refusal)
      if (auto error = refusal(labels)) return *error;
    const auto known = live_.find(labels.to_string());
    if (known != live_.end()) return SeriesRef(known->second);
    names_.push_back(labels.to_string());
    live_[labels.to_string()] = std::uint32_t(names_.size());
    return SeriesRef(std::uint32_t(names_.size()));
  }

  AppendOutcome append(const Batch& batch) override {
    ++appends;
    REQUIRE(batch.source == kNoSource);
    REQUIRE(batch.times.size() == batch.refs.size());
    REQUIRE(batch.values.size() == batch.refs.size());
    AppendOutcome outcome;
    for (std::size_t i = 0; i < batch.refs.size(); ++i) {
      const std::string& name = names_.at(std::size_t(batch.refs[i]) - 1);
      const auto live = live_.find(name);
      if (live == live_.end() || live->second != std::uint32_t(batch.refs[i])) {
        outcome.retired.push_back(std::uint32_t(i));
        continue;
      }
      auto& column = samples[name];
      const std::int64_t time = to_millis(batch.times[i]);
      if (time > newest_allowed)
        ++outcome.too_far_ahead;
      else if (const auto same = column.find(time); same != column.end())
        same->second == batch.values[i] ? ++outcome.stored : ++outcome.conflicting;
      else if (!column.empty() && time < column.rbegin()->first)
        ++outcome.out_of_order;
      else
        ++outcome.stored, column[time] = batch.values[i];
    }
    return outcome;
  }

  void retire_all() { live_.clear(); }

 private:
  std::vector<std::string> names_;  // by ref - 1
  std::map<std::string, std::uint32_t> live_;
};

struct Bench {
  ScriptedStore store;
  metrics::Registry registry;
  WriteReceiver receiver{store, registry, {.uncompressed_bytes = 1 << 20, .labels_per_series = 5}};

  WriteOutcome send(const std::vector<TestSeries>& series, int metadata = 0) {
    return receiver.receive(request_body(series, metadata), {});
  }
  double counted(const std::string& name, const std::string& reason = "") {
    metrics::LabelPairs labels;
    if (!reason.empty()) labels.emplace_back("reason", reason);
    return registry.counter("lapwing_remote_write_" + name + "_total", "", labels).value();
  }
};

TestSeries series(const std::string& name, std::vector<Sample> samples, TextPairs more = {}) {
  more.insert(more.begin(), {"__name__", name});
  return {std::move(more), std::move(samples)};
}

Sample sample(std::int64_t millis, double value) { return {from_millis(millis), value}; }

}  // namespace

TEST_CASE("remote write: samples are stored with their own times, and the answer is 204") {
  Bench bench;
  const WriteOutcome outcome =
      bench.send({series("up", {sample(1000, 1), sample(2000, 0)}, {{"job", "a"}}),
                  series("load", {sample(1000, 0.5)})});
  CHECK(outcome.status == 204);
  CHECK(outcome.message.empty());
  CHECK(bench.store.samples[R"(up{job="a"})"] ==
        std::map<std::int64_t, double>{{1000, 1}, {2000, 0}});
  CHECK(bench.store.samples["load"].at(1000) == 0.5);
  CHECK(bench.store.appends == 1);
  CHECK(bench.counted("samples") == 3);
}

TEST_CASE("remote write: an empty request is 204 and asks nothing of the store") {
  Bench bench;
  CHECK(bench.receiver.receive(packed(""), {}).status == 204);
  CHECK(bench.send({series("up", {})}, 3).status == 204);
  CHECK(bench.store.resolves == 0);
  CHECK(bench.store.appends == 0);
  CHECK(bench.counted("dropped_metadata") == 3);
}

TEST_CASE("remote write: a steady sender resolves each series once") {
  Bench bench;
  for (std::int64_t time = 1000; time <= 5000; time += 1000)
    CHECK(bench.send({series("a", {sample(time, 1)}), series("b", {sample(time, 1)})}).status ==
          204);
  CHECK(bench.store.resolves == 2);
  CHECK(bench.store.samples["a"].size() == 5);
}

TEST_CASE("remote write: labels in any order are one series") {
  Bench bench;
  TestSeries unsorted{{{"z", "1"}, {"__name__", "up"}, {"a", "2"}}, {sample(1000, 1)}};
  CHECK(bench.send({unsorted}).status == 204);
  CHECK(bench.send({series("up", {sample(2000, 1)}, {{"a", "2"}, {"z", "1"}})}).status == 204);
  CHECK(bench.store.samples.size() == 1);
}

TEST_CASE("remote write: content types") {
  Bench bench;
  const std::string body = request_body({series("up", {sample(1000, 1)})});
  const auto status = [&](std::string_view type) {
    return bench.receiver.receive(body, {.content_type = type}).status;
  };
  CHECK(status("") == 204);
  CHECK(status("application/x-protobuf") == 204);
  CHECK(status("application/x-protobuf;proto=prometheus.WriteRequest") == 204);
  CHECK(status("application/x-protobuf; charset=utf-8; proto=prometheus.WriteRequest") == 204);
  CHECK(status("application/x-protobuf;proto=io.prometheus.write.v2.Request") == 415);
  CHECK(status("application/json") == 415);
  CHECK(status("application/x-protobuf2") == 415);
  CHECK(bench.counted("refused_requests") == 3);
}

TEST_CASE("remote write: encodings other than snappy are 415") {
  Bench bench;
  const std::string body = request_body({series("up", {sample(1000, 1)})});
  CHECK(bench.receiver.receive(body, {.content_encoding = "snappy"}).status == 204);
  CHECK(bench.receiver.receive(body, {.content_encoding = "gzip"}).status == 415);
  CHECK(bench.receiver.receive(body, {.content_encoding = "zstd"}).status == 415);
}

TEST_CASE("remote write: malformed bodies are 400 and store nothing") {
  Bench bench;
  CHECK(bench.receiver.receive("", {}).status == 400);
  CHECK(bench.receiver.receive("not snappy at all", {}).status == 400);
  CHECK(bench.receiver.receive(packed("not protobuf"), {}).status == 400);
  const std::string good = testing::request_message({series("up", {sample(1000, 1)})});
  CHECK(bench.receiver.receive(packed(good + '\x0a'), {}).status == 400);
  CHECK(bench.store.samples.empty());
}

TEST_CASE("remote write: a request that unpacks past the limit is 413") {
  Bench bench;
  const WriteOutcome outcome = bench.receiver.receive(packed(std::string((1 << 20) + 1, 0)), {});
  CHECK(outcome.status == 413);
  CHECK(outcome.message.find("1048576") != std::string::npos);
}

TEST_CASE("remote write: what the store refuses is 400, and the rest is stored") {
  Bench bench;
  REQUIRE(bench.send({series("up", {sample(5000, 1)})}).status == 204);
  SECTION("out of order") {
    const auto outcome = bench.send({series("up", {sample(4000, 1), sample(6000, 1)})});
    CHECK(outcome.status == 400);
    CHECK(outcome.message == "out of order sample (1 refused, 1 samples stored)");
    CHECK(bench.counted("refused_samples", "out_of_order") == 1);
    CHECK(bench.store.samples["up"].contains(6000));
  }
  SECTION("another value at the same time") {
    const auto outcome = bench.send({series("up", {sample(5000, 2)})});
    CHECK(outcome.status == 400);
    CHECK(outcome.message.find("duplicate sample for timestamp") == 0);
    CHECK(bench.counted("refused_samples", "conflicting") == 1);
  }
  SECTION("the same value again is no error") {
    CHECK(bench.send({series("up", {sample(5000, 1)})}).status == 204);
  }
  SECTION("far in the future") {
    CHECK(bench.send({series("up", {sample(9'000'000, 1)})}).status == 400);
    CHECK(bench.counted("refused_samples", "too_far_ahead") == 1);
  }
}

TEST_CASE("remote write: series with unusable labels are left out and counted") {
  Bench bench;
  const std::vector<Sample> one = {sample(1000, 1)};
  const WriteOutcome outcome = bench.send({
      {{{"job", "no name"}}, one},
      {{{"__name__", ""}}, one},
      series("twice", one, {{"a", "1"}, {"b", "2"}, {"a", "3"}}),
      series("empty", one, {{"", "x"}}),
      series("broken\xff", one),
      series("value", one, {{"a", "\xc3\x28"}}),
      series("many", one, {{"a", "1"}, {"b", "1"}, {"c", "1"}, {"d", "1"}, {"e", "1"}}),
      series("ütf.8", one, {{"ключ", "1"}}),
  });
  // As Prometheus: what a relay sends on must not block the queue behind it.
  CHECK(outcome.status == 204);
  CHECK(bench.counted("refused_samples", "invalid_labels") == 7);
  CHECK(bench.store.samples.size() == 1);
}

TEST_CASE("remote write: a series that the store does not take is 400, or 503 when not now") {
  Bench bench;
  bench.store.refusal = [](const Labels& labels) -> std::optional<Error> {
    if (labels.metric_name() == "full") return invalid("the series limit of 5 is reached");
    if (labels.metric_name() == "later") return unavailable("the disk is full");
    return std::nullopt;
  };
  const std::vector<Sample> one = {sample(1000, 1)};
  const WriteOutcome full = bench.send({series("full", one), series("up", one)});
  CHECK(full.status == 400);
  CHECK(full.message == "the series limit of 5 is reached (1 refused, 1 samples stored)");
  CHECK(bench.store.samples.contains("up"));
  const WriteOutcome later = bench.send({series("later", one)});
  CHECK(later.status == 503);
  CHECK(later.message == "the store: the disk is full");
  CHECK(bench.counted("refused_samples", "unresolved") == 2);
}

TEST_CASE("remote write: retired series are resolved anew within the same request") {
  Bench bench;
  REQUIRE(bench.send({series("a", {sample(1000, 1)}), series("b", {sample(1000, 1)})}).status ==
          204);
  bench.store.retire_all();
  const auto outcome = bench.send({series("a", {sample(2000, 1), sample(3000, 1)}),
                                   series("b", {sample(2000, 1)}), series("c", {sample(1, 1)})});
  CHECK(outcome.status == 204);
  CHECK(bench.store.samples["a"].size() == 3);
  CHECK(bench.store.samples["b"].size() == 2);
  CHECK(bench.store.resolves == 5);
  CHECK(bench.counted("samples") == 6);
  REQUIRE(bench.send({series("a", {sample(4000, 1)})}).status == 204);
  CHECK(bench.store.resolves == 5);
}

TEST_CASE("remote write: native histograms are refused and counted, exemplars dropped") {
  Bench bench;
  TestSeries mixed = series("mixed", {sample(1000, 1)});
  mixed.exemplars = 2;
  CHECK(bench.send({mixed}).status == 204);
  CHECK(bench.counted("dropped_exemplars") == 2);
  TestSeries native = series("native", {});
  native.histograms = 3;
  const WriteOutcome outcome = bench.send({native, series("up", {sample(1000, 1)})});
  CHECK(outcome.status == 400);
  CHECK(outcome.message == "native histograms are not stored (3 refused, 1 samples stored)");
  CHECK(bench.counted("refused_samples", "native_histogram") == 3);
  CHECK(bench.store.samples.contains("up"));
}

TEST_CASE("remote write: a large request goes in batches, every sample once") {
  Bench bench;
  std::vector<TestSeries> all;
  for (int i = 0; i < 30; ++i) {
    std::vector<Sample> samples;
    for (int t = 0; t < 100; ++t) samples.push_back(sample(1000 + t, t));
    all.push_back(series("s" + std::to_string(i), std::move(samples)));
  }
  CHECK(bench.send(all).status == 204);
  CHECK(bench.store.appends == 3);
  CHECK(bench.counted("samples") == 3000);
  for (int i = 0; i < 30; ++i) CHECK(bench.store.samples["s" + std::to_string(i)].size() == 100);
}

TEST_CASE("remote write: stale markers keep their bits") {
  struct Catcher final : Appender {
    std::vector<double> values;
    SourceRef source(std::string_view) override { return kNoSource; }
    Result<SeriesRef> resolve(const Labels&, SeriesKind) override { return SeriesRef(1); }
    AppendOutcome append(const Batch& batch) override {
      values.assign(batch.values.begin(), batch.values.end());
      return {.stored = std::uint32_t(values.size())};
    }
  } catcher;
  metrics::Registry registry;
  WriteReceiver receiver(catcher, registry);
  CHECK(receiver.receive(request_body({series("up", {sample(1, kStaleMarker)})}), {}).status ==
        204);
  REQUIRE(catcher.values.size() == 1);
  CHECK(is_stale(catcher.values[0]));
}

TEST_CASE("remote write: as a handler it reads the headers and answers in text") {
  Bench bench;
  http::Request request;
  request.method = "POST";
  request.body = request_body({series("up", {sample(1000, 1)})});
  request.headers = {{"content-type", "application/x-protobuf"}, {"content-encoding", "snappy"}};
  const http::Response good = bench.receiver.handle(request);
  CHECK(good.status == 204);
  CHECK(good.body.empty());
  request.headers = {{"Content-Encoding", "gzip"}};
  const http::Response bad = bench.receiver.handle(request);
  CHECK(bad.status == 415);
  CHECK(bad.body == "the encoding \"gzip\" is not served; compress with snappy\n");
}

}  // namespace lapwing::remote

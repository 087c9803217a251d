// Fixture: a Dashboard over a small MemoryStore, its routes called as functions: no sockets.
// Golden files are scripts: a request, and below it the answer, which UPDATE_GOLDEN=1 rewrites.
#pragma once

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "agent/http/form.h"
#include "agent/http/router.h"
#include "dashboard/server.h"
#include "tests/support/fake_clock.h"
#include "tests/support/memory_store.h"

namespace lapwing::dashboard::testing {

inline constexpr Timestamp kNow = from_millis(1'700'000'000'000);

/// Records of one kind, in time order.
struct KeptRecords final : Records {
  void append(std::string_view, Timestamp time, std::string_view bytes) override {
    kept.push_back({time, std::string(bytes)});
  }
  Result<std::vector<Record>> read(std::string_view, TimeRange range,
                                   std::size_t limit) const override {
    std::vector<Record> found;
    for (const Record& record : kept)
      if (record.time >= range.from && record.time <= range.to) found.push_back(record);
    if (found.size() > limit) found.erase(found.begin(), found.end() - std::ptrdiff_t(limit));
    return found;
  }
  std::vector<Record> kept;
};

/// What the fixture may change before it asks.
struct Surroundings {
  bool ready = true;
  Result<void> reload{};
  int reloads = 0;
  Timestamp complete = kBeginningOfTime;  ///< ticks up to here are stored
  std::shared_ptr<CollectionStatus> collection = std::make_shared<CollectionStatus>();
  std::shared_ptr<MetadataSnapshot> metadata = std::make_shared<MetadataSnapshot>();
  std::shared_ptr<StoreStatus> store = std::make_shared<StoreStatus>();
  std::shared_ptr<alerting::AlertingStatus> alerting = std::make_shared<alerting::AlertingStatus>();
  alerting::NotifyStatus notify;
  alerting::Silences silences{{},
                              [] { return std::string("00000000-0000-4000-8000-000000000001"); }};
  std::vector<alerting::AlertNotice> posted;
  alerting::History history;
  KeptRecords records;
};

class Fixture {
 public:
  explicit Fixture(http::Handler remote_write = {})
      : dashboard(dependencies(std::move(remote_write))) {
    for (Route& route : dashboard.routes())
      router_.add(route.method, route.path, std::move(route.handler));
    fill(store);
  }

  /// `target`: path and query as on the wire; `body`: a form.
  http::Response ask(std::string_view method, std::string_view target, std::string_view body = {},
                     http::Pairs headers = {}) {
    http::Request request;
    request.method = method;
    const std::size_t mark = target.find('?');
    const std::string_view path = target.substr(0, mark);
    request.path = http::percent_decode(path);
    request.parameters = http::parse_form(body);
    if (mark != target.npos)
      for (auto& pair : http::parse_form(target.substr(mark + 1)))
        request.parameters.push_back(std::move(pair));
    request.body = body;
    request.headers = std::move(headers);
    request.remote_address = "127.0.0.1";
    http::Router::Match match = router_.find(method, path);
    if (match.handler == nullptr)
      return http::text_response(match.allowed.empty() ? 404 : 405, match.allowed);
    request.path_arguments = std::move(match.arguments);
    return (*match.handler)(request);
  }

  /// Plays every request of tests/golden/dashboard/NAME.txt and compares the answers.
  void check_golden(const std::string& name) {
    const std::string path =
        std::string(LAPWING_SOURCE_DIR) + "/tests/golden/dashboard/" + name + ".txt";
    std::ifstream file(path);
    REQUIRE(file.good());
    std::ostringstream actual;
    std::string line, expected;
    int requests = 0;
    while (std::getline(file, line)) {
      expected += line + "\n";
      if (line.starts_with("GET ") || line.starts_with("POST ")) {
        ++requests;
        actual << line << "\n" << answer(line) << "\n";
      } else if (line.empty() || line[0] == '#') {
        actual << line << "\n";
      }
    }
    REQUIRE(requests > 0);
    if (std::getenv("UPDATE_GOLDEN") != nullptr)
      std::ofstream(path) << actual.str();
    else
      CHECK(actual.str() == expected);
  }

  lapwing::testing::MemoryStore store;
  lapwing::testing::FakeClock clock{kNow};
  std::vector<std::string> log_lines;
  Log log{LogLevel::Debug,
          [this](LogLevel, std::string_view line) { log_lines.emplace_back(line); }};
  metrics::Registry registry;
  promql::Engine engine{{}, clock};
  exposition::NewestBatches newest{registry};
  Surroundings around;
  std::vector<Asset> assets{
      {"/", "text/html; charset=utf-8", "GZIPPED PAGE", "00aa"},
      {"/app.0123456789abcdef.js", "text/javascript; charset=utf-8", "GZIPPED SCRIPT", "11bb"}};
  Dashboard dashboard;

 private:
  Dependencies dependencies(http::Handler remote_write) {
    return {
        .source = store,
        .engine = engine,
        .clock = clock,
        .log = log,
        .registry = registry,
        .collection = [this] { return around.collection; },
        .metadata = [this] { return around.metadata; },
        .store = [this] { return around.store; },
        .alerting = [this] { return around.alerting; },
        .newest_batches = newest,
        .reload =
            [this] {
              ++around.reloads;
              return around.reload;
            },
        .ready = [this] { return around.ready; },
        .configuration = [] { return std::string("global:\n  instance: host-a\n"); },
        .runtime =
            [] {
              return RuntimeInfo{.started = kNow - 1h,
                                 .host_name = "host-a.example",
                                 .working_directory = "/var/lib/lapwing",
                                 .storage_retention = "7d",
                                 .last_reload = kNow - 1h,
                                 .configuration_warnings = {
                                     "lapwing.yml:3:1: tracing: is not served yet and has no "
                                     "effect"}};
            },
        .build = {"0.1.0", "abcdef", "g++ 12"},
        .assets = assets,
        .notify = notify_access(),
        .remote_write = std::move(remote_write),
        .probe =
            [](const http::Request& request, const http::Respond& respond) {
              respond(
                  http::text_response(200, "probed " + std::string(request.parameter("target"))));
            },
        .probe_suggestions =
            [] { return std::vector<ProbeSuggestion>{{"127.0.0.1:6379", "redis_ping", "redis"}}; },
        .external_labels = [] { return Labels{{"job", "outside"}, {"site", "berlin"}}; },
        .allows_origin =
            [](std::string_view origin) { return origin == "https://grafana.example"; },
        .tick_complete = [this](Timestamp tick) { return tick <= around.complete; },
        .records = &around.records};
  }

  alerting::NotifyAccess notify_access() {
    alerting::NotifyAccess access;
    access.alerts = [this] { return around.notify; };
    access.silences = [this] { return around.silences.all(clock.now()); };
    access.set_silence = [this](alerting::Silence silence) -> Result<std::string> {
      auto change = around.silences.set(std::move(silence), clock.now());
      if (!change) return change.error();
      return change->id;
    };
    access.expire_silence = [this](std::string_view id) -> Result<void> {
      const auto change = around.silences.expire(id, clock.now());
      if (!change) return change.error();
      return {};
    };
    access.resolve_timeout = [] { return 7min; };
    access.post = [this](std::vector<alerting::AlertNotice> notices) {
      around.posted = std::move(notices);
      return true;
    };
    access.alertmanagers = [] { return std::vector<std::string>{}; };
    access.history = [this](alerting::HistoryKind kind) { return around.history.of(kind); };
    return access;
  }

  std::string answer(const std::string& line) {
    std::istringstream words(line);
    std::string method, target, body;
    words >> method >> target >> body;
    const http::Response response = ask(method, target, body);
    return std::to_string(response.status) + " " + response.body;
  }

  /// Five minutes at 15 s of an up, two counters, and a gauge with odd labels and values.
  static void fill(lapwing::testing::MemoryStore& store) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    for (int i = 0; i <= 20; ++i) {
      const Timestamp time = kNow - 300s + i * 15s;
      store.add({{"__name__", "up"}, {"instance", "host-a"}, {"job", "node"}}, time, 1);
      store.add({{"__name__", "requests_total"}, {"code", "200"}, {"job", "web"}}, time, i * 30);
      store.add({{"__name__", "requests_total"}, {"code", "500"}, {"job", "web"}}, time, i * 0.5);
    }
    store.add({{"__name__", "odd"}, {"a.b", "q\"b\\n\n<\xC3\xA9>"}, {"n", "1"}}, kNow, 1e-7);
    store.add({{"__name__", "odd"}, {"n", "2"}}, kNow, std::numeric_limits<double>::quiet_NaN());
    store.add({{"__name__", "odd"}, {"n", "3"}}, kNow, -kInfinity);
    store.add({{"__name__", "odd"}, {"n", "4"}}, kNow, 1.5e21);
    store.add({{"__name__", "odd"}, {"n", "5"}}, kNow, 123456789.125);
  }

  http::Router router_;
};

}  // namespace lapwing::dashboard::testing

// What the tests of OwnSource and of the reports on it share: a source of which the test says what
// it collects, and all that it needs around it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "collectors/own_source.h"
#include "tests/collectors/support.h"
#include "tests/support/memory_store.h"

namespace lapwing::testing {

struct OwnSourceBed {
  using Collect = std::function<Result<void>(collectors::MetricWriter&)>;
  struct Choices {
    std::size_t series_limit = 100;
    bool on_metrics_page = true;
  };

  static constexpr MetricInfo kPart{"fake_value", "A value.", MetricType::Gauge, {"part"}};

  /// A source with an interval of one second.
  collectors::OwnSource source(std::string name, Collect collect, Choices choices = {100, true}) {
    return {{.name = std::move(name),
             .interval = 1s,
             .target_labels = Labels{{"job", "node"}},
             .series_limit = choices.series_limit,
             .on_metrics_page = choices.on_metrics_page,
             .collector = std::make_unique<Scripted>(std::move(collect))},
            {store, clock, log, registry, sink}};
  }
  /// Collects fake_value 7 for each part.
  static Collect writes(std::vector<std::string> parts) {
    return [parts = std::move(parts)](collectors::MetricWriter& out) -> Result<void> {
      for (const std::string& part : parts) out.sample(kPart, {part}, 7);
      return {};
    };
  }

  MemoryStore store;
  FakeClock clock{from_millis(100'000)};
  std::vector<std::string> lines;  ///< of the log
  Log log{LogLevel::Info, [this](LogLevel, std::string_view line) { lines.emplace_back(line); }};
  metrics::Registry registry;
  std::vector<std::shared_ptr<const SourceSnapshot>> pages;
  SnapshotSink sink = [this](auto snapshot) { pages.push_back(std::move(snapshot)); };

 private:
  struct Scripted final : collectors::Collector {
    explicit Scripted(Collect collect) : run(std::move(collect)) {}
    Result<void> collect(collectors::MetricWriter& out) override { return run(out); }
    Collect run;
  };
};

}  // namespace lapwing::testing

// Rules step by step against what real Prometheus 3.5 showed of the same files and samples:
// tests/golden/alerting/, recorded by `./dev prove rules --record`.
#include <catch2/catch.hpp>

#include <fmt/core.h>

#include <sstream>

#include "agent/base/file.h"
#include "agent/base/number.h"
#include "alerting/evaluator.h"
#include "tests/alerting/rules.h"
#include "tests/support/fake_clock.h"
#include "tests/support/memory_store.h"

using namespace lapwing;
using namespace lapwing::alerting;

namespace {

constexpr int kTicks = 4;      // of a phase
constexpr int kLookAfter = 3;  // of them

struct Phase {
  std::string name;
  std::vector<std::pair<std::string, double>> samples;  // selector, value
  std::vector<std::string> expected;
};

std::vector<Phase> read_phases(const std::string& text) {
  std::vector<Phase> phases;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("#")) continue;
    if (line.starts_with("phase ")) {
      phases.push_back({line.substr(6), {}, {}});
    } else if (line.starts_with("sample ")) {
      const std::size_t space = line.find(' ', 7);
      phases.back().samples.emplace_back(line.substr(space + 1),
                                         *parse_value(line.substr(7, space - 7)));
    } else {
      phases.back().expected.push_back(line);
    }
  }
  return phases;
}

Labels labels_of(const std::string& selector) {
  const auto matchers = promql::parse_selector(selector);
  REQUIRE(matchers.ok());
  LabelsBuilder builder;
  for (const Matcher& matcher : *matchers) builder.set(matcher.label(), matcher.value());
  return builder.build();
}

std::string number(double value) {
  return std::isnan(value) ? "nan" : std::isinf(value) ? "inf" : fmt::format("{:.12g}", value);
}

/// The rules over a store in memory.
struct Bed {
  testing::FakeClock clock{from_millis(1'700'000'000'000)};
  testing::MemoryStore store;
  promql::Engine engine{{}, clock};
  Watermark watermark;
  Log log{LogLevel::Error, [](LogLevel, std::string_view) {}};
  metrics::Registry registry;
  Rules rules{{store, store, engine, watermark, clock, log, registry},
              [](const RuleUpdate&) { return true; }};
  std::set<std::string> there{};

  void tick(const Phase& phase) {
    clock.advance(1s);
    std::set<std::string> now;
    for (const auto& [selector, value] : phase.samples) {
      store.add(labels_of(selector), clock.now(), value);
      now.insert(selector);
    }
    for (const std::string& gone : there)
      if (!now.contains(gone)) store.add(labels_of(gone), clock.now(), kStaleMarker);
    there = std::move(now);
    watermark.advance(clock.now());
    rules.step(clock.now());
  }

  void append_series(std::vector<std::string>& out, const std::string& selector) {
    auto result = engine.instant(store, *promql::Expression::parse(selector), clock.now());
    REQUIRE(result.ok());
    std::vector<std::string> lines;
    for (const promql::VectorSample& sample : std::get<promql::Vector>(result->value))
      lines.push_back(sample.labels.to_string() + " " + number(sample.value));
    std::sort(lines.begin(), lines.end());
    for (const std::string& line : lines) {
      const std::size_t space = line.rfind(' ');
      out.push_back("series " + line.substr(space + 1) + " " + line.substr(0, space));
    }
  }

  std::vector<std::string> picture() {
    std::vector<std::string> lines;
    auto groups = rules.status();
    std::sort(groups.begin(), groups.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
    for (const GroupStatus& group : groups)
      for (const RuleStatus& rule : group.rules) {
        const bool alerting = rule.kind == RuleStatus::Kind::Alerting;
        lines.push_back(fmt::format("rule {}/{} {} {}", group.name, rule.name,
                                    rule.health == RuleHealth::Ok ? "ok" : "err",
                                    alerting ? name(rule.state) : "-"));
        for (const AlertStatus& alert : rule.alerts) append_alert(lines, alert);
      }
    append_series(lines, "ALERTS");
    append_series(lines, "{__name__=~\"rec:.+\"}");
    return lines;
  }

  static void append_alert(std::vector<std::string>& lines, const AlertStatus& alert) {
    lines.push_back(fmt::format("alert {} {} {} {}", name(alert.state), number(alert.value),
                                alert.keep_firing_since != Timestamp{} ? "kept" : "there",
                                alert.labels.to_string()));
    for (const Label label : alert.annotations)
      lines.push_back(fmt::format("annotation {} {}", label.name, label.value));
  }
};

}  // namespace

TEST_CASE("rules: states, series and annotations are those that Prometheus showed") {
  const std::string folder = std::string(LAPWING_SOURCE_DIR) + "/tests/golden/alerting/";
  const auto phases = read_phases(*read_file(folder + "rules.txt"));
  REQUIRE(phases.size() > 8);
  Bed bed;
  bed.rules.apply({lapwing::testing::rule_groups(*read_file(folder + "rules.yml")),
                   Labels{{"site", "berlin"}}, "http://rules.example"});
  bed.clock.advance(1s);
  bed.rules.step(bed.clock.now());  // From here on the groups are due each second.
  for (const Phase& phase : phases) {
    for (int tick = 1; tick <= kTicks; ++tick) {
      bed.tick(phase);
      if (tick != kLookAfter) continue;
      CAPTURE(phase.name);
      auto expected = phase.expected;
      auto seen = bed.picture();
      std::sort(expected.begin(), expected.end());
      std::sort(seen.begin(), seen.end());
      std::vector<std::string> missing;
      std::vector<std::string> added;
      std::set_difference(expected.begin(), expected.end(), seen.begin(), seen.end(),
                          std::back_inserter(missing));
      std::set_difference(seen.begin(), seen.end(), expected.begin(), expected.end(),
                          std::back_inserter(added));
      CHECK(missing == std::vector<std::string>{});
      CHECK(added == std::vector<std::string>{});
    }
  }
}

#include "alerting/slo.h"

#include <fmt/core.h>

#include <algorithm>

#include "agent/base/json.h"
#include "agent/base/number.h"
#include "agent/promql/expression.h"

namespace lapwing::alerting {
namespace {

constexpr Duration kDefaultWindow = 30 * 24h;
constexpr Duration kShortestWindow = 24h;
constexpr Duration kLongestWindow = 366 * 24h;

/// One speed at which the budget burns too fast: so much of it gone within the long window; the
/// short one says that it still burns.
struct Burn {
  Duration long_window;
  Duration short_window;
  double budget_share;
  bool page;
};

constexpr Burn kBurns[] = {
    {1h, 5min, 0.02, true},
    {6h, 30min, 0.05, true},
    {24h, 2h, 0.1, false},
    {72h, 6h, 0.1, false},
};

/// Windows up to this long are looked at often, longer ones rarely: they cost more and change
/// slowly.
constexpr Duration kOften = 6h;

std::string quoted(std::string_view text) {
  std::string out;
  JsonWriter(out).string(text);  // A JSON string is a YAML string.
  return out;
}

std::string short_number(double value) { return fmt::format("{:.10g}", value); }

/// The selector's matchers with one more: `x{a="b"}` → `x{a="b",le="1"}`.
std::string with_matcher(const std::string& selector, std::string_view suffix,
                         const std::string& matcher) {
  const std::size_t brace = selector.find('{');
  std::string name = selector.substr(0, brace);
  while (name.ends_with(' ')) name.pop_back();
  name += suffix;
  std::string inside;
  if (brace != std::string::npos) {
    inside = selector.substr(brace + 1, selector.rfind('}') - brace - 1);
    while (inside.ends_with(' ') || inside.ends_with(',')) inside.pop_back();
  }
  if (!matcher.empty()) inside += (inside.empty() ? "" : ",") + matcher;
  return inside.empty() ? name : name + "{" + inside + "}";
}

void read_latency(config::Mapping& latency, Slo& slo) {
  const std::string histogram = latency.required_string("histogram");
  const Duration threshold = latency.duration("threshold", Duration{});
  if (threshold <= Duration{}) latency.error("threshold", "expected a duration above 0");
  if (histogram.starts_with('{'))
    latency.error("histogram", "expected the histogram's name before the braces");
  const auto seconds = format_value(to_seconds(threshold));
  // Prometheus 3 writes whole bounds as "1.0", others as "1".
  const bool whole = threshold.count() % 1000 == 0;
  const std::string bound = whole ? "le=~\"" + seconds + "([.]0)?\"" : "le=\"" + seconds + "\"";
  slo.good = with_matcher(histogram, "_bucket", bound);
  slo.total = with_matcher(histogram, "_count", "");
}

void check_selector(config::Mapping& map, std::string_view key, const std::string& selector) {
  if (selector.empty()) return;
  if (const auto parsed = promql::parse_selector(selector); !parsed)
    map.error(key, "expected a selector: " + parsed.error().message);
}

/// `sum by (a) (rate(selector[window]))`.
std::string rate_of(const Slo& slo, const std::string& selector, Duration window) {
  std::string by;
  for (const std::string& label : slo.by) by += (by.empty() ? "" : ", ") + label;
  return fmt::format("sum{} (rate({}[{}]))", by.empty() ? "" : " by (" + by + ")", selector,
                     format_duration(window));
}

/// The share of bad events. Where none of the good or bad ones is there yet, there were 0 of them.
std::string error_ratio(const Slo& slo, Duration window) {
  const std::string total = rate_of(slo, slo.total, window);
  if (!slo.bad.empty())
    return fmt::format("({0} or 0 * {1}) / {1}", rate_of(slo, slo.bad, window), total);
  return fmt::format("({1} - ({0} or 0 * {1})) / {1}", rate_of(slo, slo.good, window), total);
}

std::string record_name(Duration window) {
  return "slo:error_ratio:rate" + format_duration(window);
}

std::string series(const Slo& slo, Duration window) {
  return fmt::format("{}{{slo={}}}", record_name(window), quoted(slo.name));
}

class Writer {
 public:
  void group(const Slo& slo, bool often, Duration interval) {
    out_ += fmt::format("  - name: {}\n    interval: {}\n    rules:\n",
                        quoted("slo " + slo.name + (often ? "" : ", long windows")),
                        format_duration(interval));
    std::vector<Duration> windows;
    for (const Burn& burn : kBurns)
      for (const Duration window : {burn.long_window, burn.short_window})
        if ((window <= kOften) == often) windows.push_back(window);
    std::sort(windows.begin(), windows.end());
    windows.erase(std::unique(windows.begin(), windows.end()), windows.end());
    for (const Duration window : windows)
      record(slo, record_name(window), error_ratio(slo, window));
    if (!often) {
      // Over time, not over events: nobody need read a month of raw counters for it.
      record(slo, record_name(slo.window),
             fmt::format("avg_over_time({}[{}])", series(slo, kBurns[0].short_window),
                         format_duration(slo.window)));
      record(slo, "slo:error_budget:remaining",
             fmt::format("1 - {} / {}", series(slo, slo.window), budget(slo)));
    }
    alert(slo, often);
  }

  std::string take() { return std::move(out_); }

 private:
  static std::string budget(const Slo& slo) {
    return short_number((100 - slo.objective_percent) / 100);
  }

  void record(const Slo& slo, const std::string& name, const std::string& expression) {
    out_ += fmt::format("      - record: {}\n        expr: {}\n        labels: {{slo: {}}}\n", name,
                        quoted(expression), quoted(slo.name));
  }

  void alert(const Slo& slo, bool page) {
    std::string expression;
    for (const Burn& burn : kBurns) {
      if (burn.page != page) continue;
      const double factor =
          burn.budget_share * double(slo.window.count()) / double(burn.long_window.count());
      if (!expression.empty()) expression += " or ";
      expression +=
          fmt::format("({0} > {2} * {3} and {1} > {2} * {3})", series(slo, burn.long_window),
                      series(slo, burn.short_window), short_number(factor), budget(slo));
    }
    out_ += fmt::format("      - alert: {}\n        expr: {}\n        labels:\n", quoted(slo.alert),
                        quoted(expression));
    text("slo", slo.name);
    text("severity", page ? slo.page_severity : slo.ticket_severity);
    for (const auto& [name, value] : slo.labels) text(name, value);
    out_ += "        annotations:\n";
    const bool has_summary = std::any_of(slo.annotations.begin(), slo.annotations.end(),
                                         [](const auto& item) { return item.first == "summary"; });
    if (!has_summary)
      text("summary",
           fmt::format("The error budget of {} ({}% in {}) burns too fast: {{{{ $value | "
                       "humanizePercentage }}}} of the events are bad",
                       slo.name, short_number(slo.objective_percent), format_duration(slo.window)));
    for (const auto& [name, value] : slo.annotations) text(name, value);
  }

  void text(const std::string& name, const std::string& value) {
    out_ += fmt::format("          {}: {}\n", quoted(name), quoted(value));
  }

  std::string out_ = "groups:\n";
};

}  // namespace

Slo read_slo(config::Mapping& map) {
  Slo slo;
  slo.name = map.required_string("name");
  slo.objective_percent = map.number("objective", 0);
  if (slo.objective_percent <= 0 || slo.objective_percent >= 100)
    map.error("objective", "expected a percentage above 0 and below 100");
  slo.window = map.duration("window", kDefaultWindow);
  if (slo.window < kShortestWindow || slo.window > kLongestWindow)
    map.error("window", "expected from 1d to 366d");
  map.section("ratio", [&](config::Mapping& ratio) {
    slo.good = ratio.string("good");
    slo.bad = ratio.string("bad");
    slo.total = ratio.required_string("total");
    if (slo.good.empty() == slo.bad.empty())
      ratio.error("good", "expected exactly one of good and bad");
    for (const auto& [key, selector] :
         {std::pair("good", &slo.good), std::pair("bad", &slo.bad), std::pair("total", &slo.total)})
      check_selector(ratio, key, *selector);
  });
  map.section("latency", [&](config::Mapping& latency) {
    read_latency(latency, slo);
    check_selector(latency, "histogram", slo.good);
  });
  if (map.has("ratio") == map.has("latency"))
    map.error("ratio", "expected exactly one of ratio and latency");
  slo.by = map.strings("by");
  slo.alert = map.string("alert", "SloErrorBudgetBurn");
  slo.page_severity = map.string("page_severity", "critical");
  slo.ticket_severity = map.string("ticket_severity", "warning");
  slo.labels = map.string_map("labels");
  slo.annotations = map.string_map("annotations");
  return slo;
}

std::string slo_rules(const std::vector<Slo>& slos) {
  Writer writer;
  for (const Slo& slo : slos) {
    writer.group(slo, true, 30s);
    writer.group(slo, false, 5min);
  }
  return writer.take();
}

}  // namespace lapwing::alerting

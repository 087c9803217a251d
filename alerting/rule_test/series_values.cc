#include "alerting/rule_test/series_values.h"

#include <charconv>

#include "agent/base/number.h"
#include "agent/model/matcher.h"
#include "agent/model/sample.h"
#include "agent/promql/expression.h"

namespace lapwing::alerting {
namespace {

/// `a`, `axN`, `a+bxN`, `a-bxN`, with `_` or `stale` for a.
struct Item {
  std::string_view start;
  std::string_view step;  ///< with its sign; empty: none
  std::size_t repeats = 0;
  bool repeated = false;
};

Error bad_item(std::string_view item) {
  return invalid("\"" + std::string(item.substr(0, 60)) +
                 "\" is no value: expected one such as 5, 1+2x3, _x4 or stale");
}

Result<Item> split(std::string_view text) {
  Item item;
  const std::size_t times = text.rfind('x');
  item.start = text;
  if (times != text.npos && times > 0) {
    const std::string_view count = text.substr(times + 1);
    const auto [end, error] =
        std::from_chars(count.data(), count.data() + count.size(), item.repeats);
    if (error != std::errc() || end != count.data() + count.size()) return bad_item(text);
    if (item.repeats > kTestSampleLimit)
      return invalid("\"" + std::string(text) + "\" repeats too often: at most " +
                     std::to_string(kTestSampleLimit) + " samples");
    item.repeated = true;
    item.start = text.substr(0, times);
  }
  if (!item.repeated) return item;
  // The sign that is neither the first character nor an exponent's.
  for (std::size_t i = 1; i < item.start.size(); ++i) {
    const char before = item.start[i - 1];
    if ((item.start[i] != '+' && item.start[i] != '-') || before == 'e' || before == 'E') continue;
    item.step = item.start.substr(i);
    item.start = item.start.substr(0, i);
    break;
  }
  return item;
}

Result<void> append_item(std::string_view text, std::vector<std::optional<double>>& values) {
  if (text.find("{{") != text.npos)
    return invalid("native histograms are not supported: " + std::string(text.substr(0, 60)));
  const auto item = split(text);
  if (!item) return item.error();
  // A bare gap is one interval, `_xN` is N of them; a value is there once more than it repeats.
  if (item->start == "_") {
    values.insert(values.end(), item->repeated ? item->repeats : 1, std::nullopt);
    return {};
  }
  double value = kStaleMarker;
  double step = 0;
  if (item->start != "stale") {
    const auto start = parse_value(item->start);
    if (!start) return bad_item(text);
    value = *start;
  }
  if (!item->step.empty()) {
    const auto parsed = parse_value(item->step);
    if (!parsed) return bad_item(text);
    step = *parsed;
  }
  for (std::size_t i = 0; i <= item->repeats; ++i) {
    values.emplace_back(value);
    if (step != 0) value += step;  // Adding would quiet the stale marker.
  }
  return {};
}

}  // namespace

Result<std::vector<std::optional<double>>> parse_series_values(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  std::vector<std::optional<double>> values;
  while (true) {
    const std::size_t begin = text.find_first_not_of(kBlanks);
    if (begin == text.npos) return values;
    text.remove_prefix(begin);
    const std::size_t end = std::min(text.find_first_of(kBlanks), text.size());
    if (auto done = append_item(text.substr(0, end), values); !done) return done.error();
    if (values.size() > kTestSampleLimit)
      return invalid("more than " + std::to_string(kTestSampleLimit) + " samples");
    text.remove_prefix(end);
  }
}

Result<Labels> parse_series_labels(std::string_view text) {
  if (text == "{}") return Labels();
  const auto matchers = promql::parse_selector(text);
  if (!matchers) return matchers.error();
  std::vector<Label> labels;
  for (const Matcher& matcher : *matchers) {
    if (matcher.kind() != MatchKind::Equal)
      return invalid("a series has labels, not matchers: " + matcher.to_string());
    labels.push_back({matcher.label(), matcher.value()});
  }
  return Labels::from(std::move(labels));
}

}  // namespace lapwing::alerting

// GET /federate: the newest sample of each series that a match[] finds, as a page for another
// Prometheus to scrape. Source of truth: a running Prometheus 3.5, whose page has the text format
// alone, no help, and "untyped" throughout.
#include <algorithm>
#include <utility>
#include <vector>

#include "agent/exposition/escaping.h"
#include "agent/exposition/format.h"
#include "agent/model/sample.h"
#include "dashboard/api/envelope.h"
#include "dashboard/api/go_number.h"
#include "dashboard/api/handlers.h"
#include "dashboard/api/parameters.h"

namespace lapwing::dashboard::api {
namespace {

using exposition::Escaping;

/// Prometheus's default of --query.lookback-delta: what is older has gone.
constexpr Duration kLookback = 5min;

struct Newest {
  Labels labels;
  Sample sample;
};

bool comes_before(const Newest& a, const Newest& b) {
  const std::string_view first = a.labels.metric_name(), second = b.labels.metric_name();
  return first != second ? first < second : a.labels < b.labels;
}

/// Adds the series' newest sample, unless it has ended.
Result<void> add_newest(const SeriesSet& set, std::size_t index, Columns& columns,
                        std::vector<Newest>& out) {
  Result<void> read = set.read(index, columns);
  if (!read) return read;
  if (columns.size() == 0 || is_stale(columns.values.back())) return {};
  if (!set.labels(index).metric_name().empty())
    out.push_back({set.labels(index), {columns.times.back(), columns.values.back()}});
  return {};
}

/// Of every series that meets one of the sets, each once, sorted by name and labels.
Result<std::vector<Newest>> find_newest(const SeriesSource& source,
                                        const std::vector<std::vector<Matcher>>& sets,
                                        TimeRange range) {
  std::vector<Newest> out;
  Columns columns;
  for (const std::vector<Matcher>& matchers : sets) {
    const auto set = source.select(matchers, range);
    if (!set) return set.error();
    for (std::size_t i = 0; i < (*set)->size(); ++i)
      if (const Result<void> added = add_newest(**set, i, columns, out); !added)
        return added.error();
  }
  std::sort(out.begin(), out.end(), comes_before);
  const auto last = std::unique(out.begin(), out.end(), [](const Newest& a, const Newest& b) {
    return a.labels == b.labels;
  });
  out.erase(last, out.end());
  return out;
}

class Page {
 public:
  Page(Labels external, Escaping escaping)
      : external_(std::move(external)),
        has_instance_(external_.has("instance")),
        escaping_(escaping) {}

  void add(const Newest& newest) {
    const std::string_view name = newest.labels.metric_name();
    if (out_.empty() || name != family_) {
      family_ = name;
      out_ += "# TYPE ";
      append_name(name, is_legacy_metric_name(name));
      out_ += " untyped\n";
    }
    append_series(newest.labels);
    out_ += ' ';
    append_go_general(out_, newest.sample.value);
    out_ += ' ';
    out_ += std::to_string(to_millis(newest.sample.time));
    out_ += '\n';
  }
  std::string take() && { return std::move(out_); }

 private:
  void append_name(std::string_view name, bool legacy) {
    if (legacy)
      out_ += name;
    else if (escaping_ == Escaping::AllowUtf8)
      append_quoted(out_, name);
    else
      out_ += exposition::escape_name(name, escaping_);
  }

  void append_label(std::string_view name, std::string_view value, bool first) {
    out_ += first ? '{' : ',';
    append_name(name, is_legacy_label_name(name));
    out_ += '=';
    append_quoted(out_, value);
  }

  /// The series' own labels win over the external ones, which stand behind them. `instance` is
  /// always there, so that the scraper's own does not take its place.
  void append_series(const Labels& labels) {
    const std::string_view name = labels.metric_name();
    const bool quoted_name = !is_legacy_metric_name(name) && escaping_ == Escaping::AllowUtf8;
    if (quoted_name) {
      out_ += '{';
      append_quoted(out_, name);
    } else {
      append_name(name, is_legacy_metric_name(name));
    }
    bool first = !quoted_name;
    const auto add_label = [&](std::string_view key, std::string_view value) {
      append_label(key, value, std::exchange(first, false));
    };
    for (const Label label : labels)
      if (label.name != kMetricName) add_label(label.name, label.value);
    bool instance = labels.has("instance");
    for (const Label label : external_) {
      if (!instance && !has_instance_ && label.name > "instance") {
        add_label("instance", "");
        instance = true;
      }
      if (!labels.has(label.name)) add_label(label.name, label.value);
    }
    if (!instance && !has_instance_) add_label("instance", "");
    if (!first) out_ += '}';
  }

  const Labels external_;
  const bool has_instance_;
  const Escaping escaping_;
  std::string family_;
  std::string out_;
};

}  // namespace

http::Response federate(const Dependencies& from, const http::Request& request) {
  const Result<std::vector<std::vector<Matcher>>> sets = matcher_parameters(request);
  if (!sets) return http::text_response(400, sets.error().message + "\n");
  const Timestamp now = from.clock.now();
  const Result<std::vector<Newest>> found = find_newest(from.source, *sets, {now - kLookback, now});
  if (!found) return http::text_response(500, found.error().message + "\n");
  // Accept decides the escaping only: OpenMetrics has no page of times and no types.
  const Escaping escaping = exposition::negotiate(request.header("Accept")).escaping;
  Page page(from.external_labels ? from.external_labels() : Labels(), escaping);
  for (const Newest& newest : *found) page.add(newest);
  http::Response response;
  response.content_type =
      exposition::content_type({.syntax = exposition::Syntax::Text_0_0_4, .escaping = escaping});
  response.body = std::move(page).take();
  return response;
}

}  // namespace lapwing::dashboard::api

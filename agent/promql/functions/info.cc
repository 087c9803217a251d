// info: adds the data labels of info metrics (target_info, unless the call names others) to series
// that share their `instance` and `job`. Experimental in Prometheus 3.5, whose rules these are.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <unordered_map>

#include "agent/promql/evaluation.h"
#include "agent/promql/functions/declarations.h"

namespace lapwing::promql {
namespace {

constexpr std::array<std::string_view, 2> kIdentifying = {"instance", "job"};

/// The selector that decides how far back info series are looked for: the first in the argument.
const VectorSelector* first_selector(const Node& node) {
  struct Visitor {
    const VectorSelector* operator()(const NumberLiteral&) const { return nullptr; }
    const VectorSelector* operator()(const StringLiteral&) const { return nullptr; }
    const VectorSelector* operator()(const VectorSelector& selector) const { return &selector; }
    const VectorSelector* operator()(const MatrixSelector& matrix) const {
      return first_selector(*matrix.selector);
    }
    const VectorSelector* operator()(const Subquery& subquery) const {
      return first_selector(*subquery.inner);
    }
    const VectorSelector* operator()(const Call& call) const {
      for (const NodePointer& argument : call.arguments)
        if (const auto* found = first_selector(*argument)) return found;
      return nullptr;
    }
    const VectorSelector* operator()(const Unary& unary) const {
      return first_selector(*unary.operand);
    }
    const VectorSelector* operator()(const Paren& paren) const {
      return first_selector(*paren.inner);
    }
    const VectorSelector* operator()(const Binary& binary) const {
      const auto* left = first_selector(*binary.left);
      return left != nullptr ? left : first_selector(*binary.right);
    }
    const VectorSelector* operator()(const Aggregation& aggregation) const {
      return first_selector(*aggregation.operand);
    }
  };
  return std::visit(Visitor(), node.form);
}

class InfoStream final : public SeriesStream {
 public:
  InfoStream(Evaluation& evaluation, const Call& call, const StepGrid& grid)
      : evaluation_(evaluation),
        grid_(grid),
        base_(evaluation),
        info_(evaluation),
        out_(evaluation) {
    base_.add_all(*evaluation.vector(*call.arguments[0], grid));
    if (call.arguments.size() > 1)
      for (const Matcher& matcher : std::get<VectorSelector>(call.arguments[1]->form).matchers)
        (matcher.label() == kMetricName ? name_matchers_ : data_matchers_).push_back(matcher);
    else
      name_matchers_.push_back(Matcher::equal(std::string(kMetricName), "target_info"));
    fetch(call);
    for (std::size_t i = 0; i < base_.series().size(); ++i) enrich(i);
  }

  bool next(StepSeries& out) override {
    if (at_ >= out_.series().size()) return false;
    out = std::move(out_.series()[at_++]);
    return true;
  }

 private:
  /// An info metric itself is left as it is.
  bool is_info(const Labels& labels) const {
    return std::any_of(name_matchers_.begin(), name_matchers_.end(),
                       [&](const Matcher& matcher) { return matcher.matches(labels); });
  }

  void fetch(const Call& call) {
    std::map<std::string_view, std::set<std::string_view>> wanted;
    for (const StepSeries& series : base_.series()) {
      if (is_info(series.labels)) continue;
      for (const std::string_view label : kIdentifying)
        if (const std::string_view value = series.labels.get(label); !value.empty())
          wanted[label].insert(value);
    }
    if (wanted.empty()) {
      // What Prometheus 3.5 does: a name asked for is a condition like any other then.
      if (call.arguments.size() > 1)
        data_matchers_.insert(data_matchers_.end(), name_matchers_.begin(), name_matchers_.end());
      return;
    }
    VectorSelector selector;
    selector.matchers = data_matchers_;
    if (name_matchers_.empty())
      selector.matchers.push_back(Matcher::equal(std::string(kMetricName), "target_info"));
    else
      selector.matchers.insert(selector.matchers.end(), name_matchers_.begin(),
                               name_matchers_.end());
    const VectorSelector* first = first_selector(*call.arguments[0]);
    const SeriesStreamPointer stream =
        select_info_times(evaluation_, selector, grid_, first ? first->offset : Duration(0),
                          first ? evaluation_.fixed_time(first->at) : std::nullopt);
    StepSeries series;
    while (stream->next(series)) {
      const bool related = std::all_of(wanted.begin(), wanted.end(), [&](const auto& entry) {
        return entry.second.contains(series.labels.get(entry.first));
      });
      if (!related) continue;
      by_identity_[identity(series.labels)].push_back(info_.series().size());
      info_.add(std::move(series));
      series = {};
    }
  }

  static Labels identity(const Labels& labels) {
    return Labels({{"instance", labels.get("instance")}, {"job", labels.get("job")}});
  }

  void enrich(std::size_t index) {
    const StepSeries& base = base_.series()[index];
    if (is_info(base.labels)) return add(base.labels, base.values);
    const auto related = by_identity_.find(identity(base.labels));
    std::map<std::vector<std::size_t>, std::size_t> results;  // info series chosen → result
    std::vector<std::size_t> chosen;
    std::vector<std::pair<Labels, std::vector<double>>> found;
    for (std::size_t step = 0; step < grid_.count; ++step) {
      if (is_absent(base.values[step])) continue;
      chosen.clear();
      if (related != by_identity_.end()) choose(related->second, step, chosen);
      const auto [result, fresh] = results.try_emplace(chosen, found.size());
      if (fresh)
        found.emplace_back(enriched(base.labels, chosen),
                           std::vector<double>(grid_.count, absent_value()));
      auto& [labels, values] = found[result->second];
      if (labels == base.labels && !may_stay_as_it_is()) continue;
      values[step] = base.values[step];
    }
    for (auto& [labels, values] : found)
      if (!std::all_of(values.begin(), values.end(), is_absent)) add(labels, std::move(values));
  }

  /// Of each info metric the series with the newest sample.
  void choose(const std::vector<std::size_t>& candidates, std::size_t step,
              std::vector<std::size_t>& chosen) const {
    for (const std::size_t candidate : candidates) {
      const StepSeries& series = info_.series()[candidate];
      if (is_absent(series.values[step])) continue;
      const auto same = std::find_if(chosen.begin(), chosen.end(), [&](std::size_t other) {
        return info_.series()[other].labels.metric_name() == series.labels.metric_name();
      });
      if (same == chosen.end()) {
        chosen.push_back(candidate);
        continue;
      }
      const StepSeries& other = info_.series()[*same];
      if (other.values[step] == series.values[step])
        fail_query(fmt::format(
            "found duplicate series for info metric: existing {} @ {}, new {} @ {}",
            other.labels.to_string(), static_cast<std::int64_t>(other.values[step] * 1000),
            series.labels.to_string(), static_cast<std::int64_t>(series.values[step] * 1000)));
      if (other.values[step] < series.values[step]) *same = candidate;
    }
  }

  /// Whether a series that gained nothing is kept.
  bool may_stay_as_it_is() const {
    return std::all_of(data_matchers_.begin(), data_matchers_.end(),
                       [](const Matcher& matcher) { return matcher.matches(""); });
  }

  Labels enriched(const Labels& base, const std::vector<std::size_t>& chosen) const {
    LabelsBuilder labels(base);
    std::map<std::string_view, std::string_view> added;
    for (const std::size_t index : chosen) {
      for (const Label label : info_.series()[index].labels) {
        if (label.name == kMetricName || !is_wanted(label.name)) continue;
        const auto [there, fresh] = added.try_emplace(label.name, label.value);
        if (!fresh && there->second != label.value)
          fail_query(fmt::format("conflicting label: {}", label.name));
        if (!base.has(label.name)) labels.set(label.name, label.value);
      }
    }
    return labels.build();
  }

  bool is_wanted(std::string_view label) const {
    return data_matchers_.empty() ||
           std::any_of(data_matchers_.begin(), data_matchers_.end(),
                       [&](const Matcher& matcher) { return matcher.label() == label; });
  }

  void add(const Labels& labels, std::vector<double> values) {
    const auto [found, fresh] = index_.try_emplace(labels, out_.series().size());
    if (fresh) return out_.add({labels, std::move(values)});
    std::vector<double>& into = out_.series()[found->second].values;
    for (std::size_t step = 0; step < grid_.count; ++step) {
      if (is_absent(values[step])) continue;
      if (!is_absent(into[step]))
        fail_query("vector cannot contain metrics with the same labelset");
      into[step] = values[step];
    }
  }

  Evaluation& evaluation_;
  const StepGrid grid_;
  std::vector<Matcher> name_matchers_;
  std::vector<Matcher> data_matchers_;
  HeldMatrix base_;
  HeldMatrix info_;  // values are sample times
  std::unordered_map<Labels, std::vector<std::size_t>> by_identity_;
  HeldMatrix out_;
  std::unordered_map<Labels, std::size_t> index_;
  std::size_t at_ = 0;
};

}  // namespace

SeriesStreamPointer function_info(Evaluation& evaluation, const Node& node, const StepGrid& grid) {
  return std::make_unique<InfoStream>(evaluation, std::get<Call>(node.form), grid);
}

}  // namespace lapwing::promql

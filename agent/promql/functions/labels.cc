// label_replace, label_join: series keep their values and get other labels.
#include <fmt/core.h>

#include "agent/base/regex.h"
#include "agent/base/utf8.h"
#include "agent/promql/evaluation.h"
#include "agent/promql/functions/declarations.h"

namespace lapwing::promql {
namespace {

bool is_label_name(std::string_view name) { return !name.empty() && is_utf8(name); }

class Relabelling : public SeriesStream {
 public:
  explicit Relabelling(SeriesStreamPointer input) : input_(std::move(input)) {}
  bool next(StepSeries& out) final {
    if (!input_->next(out)) return false;
    out.labels = relabel(out.labels);
    unique_.add(out.labels);
    return true;
  }

 private:
  virtual Labels relabel(const Labels& labels) const = 0;

  SeriesStreamPointer input_;
  UniqueLabels unique_;
};

class Replacement final : public Relabelling {
 public:
  Replacement(SeriesStreamPointer input, std::string to, std::string replacement, std::string from,
              Regex regex)
      : Relabelling(std::move(input)),
        to_(std::move(to)),
        replacement_(std::move(replacement)),
        from_(std::move(from)),
        regex_(std::move(regex)) {}

 private:
  Labels relabel(const Labels& labels) const override {
    std::string value;
    if (!regex_.expand(labels.get(from_), replacement_, value)) return labels;
    return LabelsBuilder(labels).set(to_, value).build();
  }

  const std::string to_;
  const std::string replacement_;
  const std::string from_;
  const Regex regex_;
};

class Join final : public Relabelling {
 public:
  Join(SeriesStreamPointer input, std::string to, std::string separator,
       std::vector<std::string> from)
      : Relabelling(std::move(input)),
        to_(std::move(to)),
        separator_(std::move(separator)),
        from_(std::move(from)) {}

 private:
  Labels relabel(const Labels& labels) const override {
    std::string value;
    for (std::size_t i = 0; i < from_.size(); ++i) {
      if (i != 0) value += separator_;
      value += labels.get(from_[i]);
    }
    return LabelsBuilder(labels).set(to_, value).build();
  }

  const std::string to_;
  const std::string separator_;
  const std::vector<std::string> from_;
};

}  // namespace

SeriesStreamPointer function_label_replace(Evaluation& evaluation, const Node& node,
                                           const StepGrid& grid) {
  const Call& call = std::get<Call>(node.form);
  const auto text = [&](std::size_t i) { return evaluation.text(*call.arguments[i]); };
  auto regex = Regex::create(text(4));
  if (!regex) fail_query("invalid regular expression in label_replace(): " + text(4));
  if (!is_label_name(text(1)))
    fail_query("invalid destination label name in label_replace(): " + text(1));
  return std::make_unique<Replacement>(evaluation.vector(*call.arguments[0], grid), text(1),
                                       text(2), text(3), *std::move(regex));
}

SeriesStreamPointer function_label_join(Evaluation& evaluation, const Node& node,
                                        const StepGrid& grid) {
  const Call& call = std::get<Call>(node.form);
  const auto text = [&](std::size_t i) { return evaluation.text(*call.arguments[i]); };
  std::vector<std::string> from;
  for (std::size_t i = 3; i < call.arguments.size(); ++i) {
    if (!is_label_name(text(i)))
      fail_query("invalid source label name in label_join(): " + text(i));
    from.push_back(text(i));
  }
  if (!is_label_name(text(1)))
    fail_query("invalid destination label name in label_join(): " + text(1));
  return std::make_unique<Join>(evaluation.vector(*call.arguments[0], grid), text(1), text(2),
                                std::move(from));
}

}  // namespace lapwing::promql

// prometheus-cpp holds the values; the families are kept by name here, so that asking again gives
// the same metric and gathering keeps one order. prometheus::Registry is left out: its Collect()
// copies every label set into a wide struct and gives them in the order of a hash table.
#include "agent/metrics/registry.h"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>

#include <cassert>
#include <map>
#include <mutex>
#include <variant>

#include "agent/base/number.h"

namespace lapwing::metrics {
namespace {

using AnyMetric = std::variant<prometheus::Counter*, prometheus::Gauge*, prometheus::Histogram*>;

struct Member {
  LabelPairs labels;
  AnyMetric metric;
};

/// Owns the metrics of one name.
using AnyFamily = std::variant<std::unique_ptr<prometheus::Family<prometheus::Counter>>,
                               std::unique_ptr<prometheus::Family<prometheus::Gauge>>,
                               std::unique_ptr<prometheus::Family<prometheus::Histogram>>>;

struct FamilyState {
  std::string help;
  FamilyType type;
  AnyFamily owner;
  std::map<prometheus::Labels, Member> members;  // sorted, so that pages keep their order
};

void gather_histogram(const std::string& name, const Member& member,
                      std::vector<GatheredSample>& out) {
  const auto collected = std::get<prometheus::Histogram*>(member.metric)->Collect().histogram;
  for (const auto& bucket : collected.bucket) {
    GatheredSample sample{name + "_bucket", member.labels, double(bucket.cumulative_count)};
    sample.labels.emplace_back("le", format_value(bucket.upper_bound));
    out.push_back(std::move(sample));
  }
  out.push_back({name + "_sum", member.labels, collected.sample_sum});
  out.push_back({name + "_count", member.labels, double(collected.sample_count)});
}

}  // namespace

void Counter::add(double amount) const { counter_->Increment(amount); }
double Counter::value() const { return counter_->Value(); }
void Gauge::set(double value) const { gauge_->Set(value); }
void Gauge::add(double amount) const { gauge_->Increment(amount); }
double Gauge::value() const { return gauge_->Value(); }
void Histogram::observe(double value) const { histogram_->Observe(value); }

struct Registry::State {
  mutable std::mutex mutex;
  std::map<std::string, FamilyState, std::less<>> families;  // guarded by mutex

  /// The metric of that name and labels, made with `arguments` when it is new.
  template <typename T, typename... Arguments>
  T& metric(FamilyType type, const std::string& name, const std::string& help, LabelPairs labels,
            const Arguments&... arguments) {
    const std::lock_guard lock(mutex);
    auto at = families.find(name);
    if (at == families.end()) {
      auto owner = std::make_unique<prometheus::Family<T>>(name, help, prometheus::Labels{});
      at = families.emplace(name, FamilyState{help, type, std::move(owner), {}}).first;
    }
    FamilyState& family = at->second;
    assert(family.type == type && "one metric name, two types");
    const prometheus::Labels key(labels.begin(), labels.end());
    const auto known = family.members.find(key);
    if (known != family.members.end()) return *std::get<T*>(known->second.metric);
    auto& owner = std::get<std::unique_ptr<prometheus::Family<T>>>(family.owner);
    T& made = owner->Add(key, arguments...);
    family.members.emplace(key, Member{std::move(labels), &made});
    return made;
  }
};

Registry::Registry() : state_(std::make_unique<State>()) {}
Registry::~Registry() = default;

Counter Registry::counter(const std::string& name, const std::string& help, LabelPairs labels) {
  return Counter(
      state_->metric<prometheus::Counter>(FamilyType::Counter, name, help, std::move(labels)));
}

Gauge Registry::gauge(const std::string& name, const std::string& help, LabelPairs labels) {
  return Gauge(state_->metric<prometheus::Gauge>(FamilyType::Gauge, name, help, std::move(labels)));
}

Histogram Registry::histogram(const std::string& name, const std::string& help,
                              const std::vector<double>& bounds, LabelPairs labels) {
  return Histogram(state_->metric<prometheus::Histogram>(FamilyType::Histogram, name, help,
                                                         std::move(labels), bounds));
}

std::vector<GatheredFamily> Registry::gather() const {
  const std::lock_guard lock(state_->mutex);
  std::vector<GatheredFamily> out;
  out.reserve(state_->families.size());
  for (const auto& [name, family] : state_->families) {
    GatheredFamily& gathered = out.emplace_back(GatheredFamily{name, family.help, family.type, {}});
    gathered.samples.reserve(family.members.size());
    for (const auto& [key, member] : family.members) {
      if (family.type == FamilyType::Histogram) {
        gather_histogram(name, member, gathered.samples);
        continue;
      }
      const double value = family.type == FamilyType::Counter
                               ? std::get<prometheus::Counter*>(member.metric)->Value()
                               : std::get<prometheus::Gauge*>(member.metric)->Value();
      gathered.samples.push_back({name, member.labels, value});
    }
  }
  return out;
}

}  // namespace lapwing::metrics

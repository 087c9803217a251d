// The agent's own counters, gauges and histograms: a thin skin over prometheus-cpp, which no
// other folder includes. Exposition and storage of these goes through collectors/self.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
}  // namespace prometheus

namespace lapwing::metrics {

using LabelPairs = std::vector<std::pair<std::string, std::string>>;

/// Handles are cheap to copy, usable from any thread, and live as long as their Registry.
class Counter {
 public:
  void add(double amount = 1) const;
  double value() const;

 private:
  friend class Registry;
  explicit Counter(prometheus::Counter& counter) : counter_(&counter) {}
  prometheus::Counter* counter_;
};

class Gauge {
 public:
  void set(double value) const;
  void add(double amount) const;
  double value() const;

 private:
  friend class Registry;
  explicit Gauge(prometheus::Gauge& gauge) : gauge_(&gauge) {}
  prometheus::Gauge* gauge_;
};

class Histogram {
 public:
  void observe(double value) const;

 private:
  friend class Registry;
  explicit Histogram(prometheus::Histogram& histogram) : histogram_(&histogram) {}
  prometheus::Histogram* histogram_;
};

enum class FamilyType { Counter, Gauge, Histogram };

struct GatheredSample {
  std::string name;  ///< the family's name with "_bucket", "_sum" or "_count" for histograms
  LabelPairs labels;
  double value = 0;
};

struct GatheredFamily {
  std::string name;
  std::string help;
  FamilyType type = FamilyType::Counter;
  std::vector<GatheredSample> samples;
};

/// Any thread. Asking again for the same name and labels gives the same metric; the help of the
/// first time stays. Names begin with "lapwing_" and follow Prometheus's rules (base units,
/// "_total" for counters).
class Registry {
 public:
  Registry();
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  Counter counter(const std::string& name, const std::string& help, LabelPairs labels = {});
  Gauge gauge(const std::string& name, const std::string& help, LabelPairs labels = {});
  /// `bounds`: upper bounds in rising order, without +Inf.
  Histogram histogram(const std::string& name, const std::string& help,
                      const std::vector<double>& bounds, LabelPairs labels = {});

  /// All values now, families sorted by name.
  std::vector<GatheredFamily> gather() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lapwing::metrics

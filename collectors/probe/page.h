// ProbePage: the gauges that one probe gives, and what it has to tell to debug=true.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/base/time.h"

namespace lapwing::collectors::probe {

/// Name and help of a gauge: constants, as in blackbox_exporter.
struct Gauge {
  std::string_view name;
  std::string_view help;
};

/// Used by one thread at a time.
class ProbePage {
 public:
  using LabelTexts = std::vector<std::pair<std::string, std::string>>;

  /// A gauge's value; the one before it goes.
  void set(const Gauge& gauge, double value) { set(gauge, {}, value); }
  void set(const Gauge& gauge, LabelTexts labels, double value);
  /// On top of the value that is there.
  void add(const Gauge& gauge, LabelTexts labels, double value);
  /// The value, or 0 when there is none.
  double value(const Gauge& gauge, const LabelTexts& labels = {}) const;

  /// Prometheus's text format 0.0.4; names and labels sorted.
  std::string text() const;

 private:
  struct Entry {
    const Gauge* gauge;
    LabelTexts labels;
    double value;
  };
  Entry& entry(const Gauge& gauge, LabelTexts labels);

  std::vector<Entry> entries_;
};

/// What a probe did, in lines as blackbox_exporter's logfmt; kept only when somebody asks for it.
class ProbeNotes {
 public:
  explicit ProbeNotes(bool kept) : kept_(kept) {}
  bool kept() const { return kept_; }
  /// One line; past kLineLimit they are left out.
  void note(Timestamp time, std::string_view level, std::string_view message);
  const std::string& text() const { return text_; }

  static constexpr std::size_t kLineLimit = 500;
  static constexpr std::size_t kMessageLimitBytes = 1024;

 private:
  bool kept_;
  std::size_t lines_ = 0;
  std::string text_;
};

}  // namespace lapwing::collectors::probe

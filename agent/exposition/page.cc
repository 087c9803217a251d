#include "agent/exposition/page.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "agent/base/number.h"
#include "agent/exposition/escaping.h"
#include "agent/exposition/newest_batches.h"
#include "agent/model/labels.h"
#include "agent/model/sample.h"

namespace lapwing::exposition {
namespace {

constexpr std::size_t kUsualValueBytes = 12;

/// One source's part of a family.
struct Part {
  const SnapshotFamily* family;
  const SourceSnapshot* snapshot;
};

bool fits_layout(const SourceSnapshot& snapshot) {
  return snapshot.layout != nullptr && snapshot.values.size() == snapshot.layout->series.size();
}

void append_help(std::string& out, std::string_view help, bool open_metrics) {
  for (const char c : help) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '\\' || (c == '"' && open_metrics)) out += '\\';
    out += c;
  }
}

std::string_view without_suffix(std::string_view name, std::string_view suffix) {
  const bool ends = name.size() > suffix.size() && name.ends_with(suffix);
  return ends ? name.substr(0, name.size() - suffix.size()) : std::string_view();
}

class Page {
 public:
  Page(std::vector<Part> parts, Format format) : parts_(std::move(parts)), format_(format) {
    std::stable_sort(parts_.begin(), parts_.end(),
                     [](const Part& a, const Part& b) { return a.family->name < b.family->name; });
    reserve();
  }

  std::string take() && {
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      const bool is_new = i == 0 || parts_[i - 1].family->name != parts_[i].family->name;
      if (is_new) append_head(*parts_[i].family);
      append_samples(parts_[i]);
    }
    if (format_.is_open_metrics()) out_ += "# EOF\n";
    return std::move(out_);
  }

 private:
  struct Named {
    std::string_view name;
    std::string_view type;
  };

  /// One growth of the buffer would copy the page; measuring it first costs less.
  void reserve() {
    std::size_t bytes = 0;
    for (const Part& part : parts_) {
      bytes += 2 * part.family->name.size() + part.family->help.size() + 40;
      for (std::uint32_t i = 0; i < part.family->count; ++i)
        bytes += part.snapshot->layout->series[part.family->first + i].size() + kUsualValueBytes;
    }
    out_.reserve(bytes);
  }

  bool has_family(std::string_view name) const {
    const auto at = std::lower_bound(
        parts_.begin(), parts_.end(), name,
        [](const Part& part, std::string_view n) { return part.family->name < n; });
    return at != parts_.end() && at->family->name == name;
  }

  static Named named_in_text(const SnapshotFamily& family) {
    // The text format knows neither of these; an info metric is a gauge that is always 1.
    if (family.type == MetricType::Unknown) return {family.name, "untyped"};
    if (family.type == MetricType::Info) return {family.name, "gauge"};
    return {family.name, name(family.type)};
  }

  /// OpenMetrics keeps "_total" and "_info" out of the family's name, and forbids both types to
  /// metrics that do not end so; node_exporter has counters of that kind.
  Named named_in_open_metrics(const SnapshotFamily& family) const {
    const bool is_counter = family.type == MetricType::Counter;
    if (!is_counter && family.type != MetricType::Info) return {family.name, name(family.type)};
    const std::string_view base = without_suffix(family.name, is_counter ? "_total" : "_info");
    if (base.empty() || has_family(base)) return {family.name, is_counter ? "unknown" : "gauge"};
    return {base, name(family.type)};
  }

  void append_name(std::string_view name) {
    if (is_legacy_metric_name(name))
      out_ += name;
    else if (format_.escaping == Escaping::AllowUtf8)
      append_quoted(out_, name);
    else
      out_ += escape_name(name, format_.escaping);
  }

  void append_head(const SnapshotFamily& family) {
    const Named named =
        format_.is_open_metrics() ? named_in_open_metrics(family) : named_in_text(family);
    if (!family.help.empty()) {
      out_ += "# HELP ";
      append_name(named.name);
      out_ += ' ';
      append_help(out_, family.help, format_.is_open_metrics());
      out_ += '\n';
    }
    out_ += "# TYPE ";
    append_name(named.name);
    out_ += ' ';
    out_ += named.type;
    out_ += '\n';
  }

  void append_samples(const Part& part) {
    const std::uint32_t end = part.family->first + part.family->count;
    for (std::uint32_t i = part.family->first; i < end; ++i) {
      const double value = part.snapshot->values[i];
      if (is_stale(value)) continue;
      const std::string& series = part.snapshot->layout->series[i];
      if (format_.escaping != Escaping::AllowUtf8 && may_hold_quoted_name(series))
        append_escaped_series(out_, series, format_.escaping);
      else
        out_ += series;
      out_ += ' ';
      append_value(out_, value);
      out_ += '\n';
    }
  }

  std::vector<Part> parts_;
  const Format format_;
  std::string out_;
};

}  // namespace

std::string render(std::span<const std::shared_ptr<const SourceSnapshot>> snapshots, Timestamp now,
                   Format format) {
  std::vector<Part> parts;
  for (const auto& snapshot : snapshots) {
    if (snapshot == nullptr || !fits_layout(*snapshot) || !is_shown(*snapshot, now)) continue;
    const std::size_t series = snapshot->values.size();
    for (const SnapshotFamily& family : snapshot->layout->families) {
      const bool fits = family.first <= series && family.count <= series - family.first;
      if (fits && family.count > 0) parts.push_back({&family, snapshot.get()});
    }
  }
  return Page(std::move(parts), format).take();
}

}  // namespace lapwing::exposition

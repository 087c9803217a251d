#include "collectors/probe/page.h"

#include <fmt/core.h>

#include <algorithm>
#include <tuple>

#include "agent/base/number.h"

namespace lapwing::collectors::probe {
namespace {

void append_escaped(std::string& out, std::string_view value, bool quotes) {
  for (const char c : value) {
    if (c == '\\')
      out += "\\\\";
    else if (c == '\n')
      out += "\\n";
    else if (c == '"' && quotes)
      out += "\\\"";
    else
      out += c;
  }
}

}  // namespace

ProbePage::Entry& ProbePage::entry(const Gauge& gauge, LabelTexts labels) {
  const auto known = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& one) {
    return one.gauge->name == gauge.name && one.labels == labels;
  });
  if (known != entries_.end()) return *known;
  entries_.push_back({&gauge, std::move(labels), 0});
  return entries_.back();
}

void ProbePage::set(const Gauge& gauge, LabelTexts labels, double value) {
  entry(gauge, std::move(labels)).value = value;
}

void ProbePage::add(const Gauge& gauge, LabelTexts labels, double value) {
  entry(gauge, std::move(labels)).value += value;
}

double ProbePage::value(const Gauge& gauge, const LabelTexts& labels) const {
  for (const Entry& one : entries_)
    if (one.gauge->name == gauge.name && one.labels == labels) return one.value;
  return 0;
}

std::string ProbePage::text() const {
  std::vector<const Entry*> sorted;
  for (const Entry& one : entries_) sorted.push_back(&one);
  std::sort(sorted.begin(), sorted.end(), [](const Entry* a, const Entry* b) {
    return std::tie(a->gauge->name, a->labels) < std::tie(b->gauge->name, b->labels);
  });
  std::string out;
  std::string_view family;
  for (const Entry* one : sorted) {
    if (one->gauge->name != family) {
      family = one->gauge->name;
      out.append("# HELP ").append(family).append(" ");
      append_escaped(out, one->gauge->help, false);
      out.append("\n# TYPE ").append(family).append(" gauge\n");
    }
    out.append(family);
    char separator = '{';
    for (const auto& [name, value] : one->labels) {
      out += std::exchange(separator, ',');
      out.append(name).append("=\"");
      append_escaped(out, value, true);
      out += '"';
    }
    if (separator == ',') out += '}';
    out.append(" ").append(format_value(one->value)).append("\n");
  }
  return out;
}

void ProbeNotes::note(Timestamp time, std::string_view level, std::string_view message) {
  if (!kept_ || lines_ >= kLineLimit) return;
  ++lines_;
  std::string quoted;
  append_escaped(quoted, message.substr(0, kMessageLimitBytes), true);
  text_ += fmt::format("time={} level={} msg=\"{}\"\n", format_rfc3339_millis(time), level, quoted);
}

}  // namespace lapwing::collectors::probe

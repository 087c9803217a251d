#include "collectors/scrape/target.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "agent/base/utf8.h"

namespace lapwing::collectors::scrape {
namespace {

constexpr std::string_view kInternalPrefix = "__";
constexpr std::string_view kParameterPrefix = "__param_";
constexpr std::string_view kScheme = "__scheme__";
constexpr std::string_view kMetricsPath = "__metrics_path__";
constexpr std::string_view kInterval = "__scrape_interval__";
constexpr std::string_view kTimeout = "__scrape_timeout__";
constexpr std::string_view kHex = "0123456789ABCDEF";
constexpr std::size_t kTroubleLimit = 20;

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.' || c == '~';
}

void append_escaped(std::string& out, char c) {
  const auto byte = std::uint8_t(c);
  out += '%';
  out += kHex[byte >> 4];
  out += kHex[byte & 15];
}

/// Escapes what is neither unreserved nor in `plain`.
void append_part(std::string& out, std::string_view text, std::string_view plain) {
  for (const char c : text) {
    if (is_unreserved(c) || plain.find(c) != std::string_view::npos)
      out += c;
    else
      append_escaped(out, c);
  }
}

/// As Go writes a URL that is put together from its parts.
std::string url_of(const Job& job, const LabelsBuilder& labels) {
  // A scheme that nobody speaks is found out by the scrape, which then fails.
  std::string url(labels.get(kScheme));
  url += url.empty() ? "//" : "://";
  append_part(url, labels.get(kAddressLabel), "!$&'()*+,;=:[]<>\"");
  const std::string_view path = labels.get(kMetricsPath);
  if (!path.empty() && path[0] != '/') url += '/';
  append_part(url, path, "$&+,/:;=@");

  std::map<std::string, std::vector<std::string>, std::less<>> parameters;
  for (const auto& [name, values] : job.parameters) parameters[name] = values;
  for (const auto& [name, value] : labels.pairs()) {
    if (!name.starts_with(kParameterPrefix)) continue;
    std::vector<std::string>& values = parameters[name.substr(kParameterPrefix.size())];
    if (values.empty()) values.emplace_back();
    values.front() = value;
  }
  char separator = '?';
  for (const auto& [name, values] : parameters) {
    for (const std::string& value : values) {
      url += std::exchange(separator, '&');
      append_query_text(url, name);
      url += '=';
      append_query_text(url, value);
    }
  }
  return url;
}

LabelsBuilder discovered_labels(const Job& job, const TextPairs& target, const TextPairs& group) {
  LabelsBuilder labels;
  for (const auto& [name, value] : group) labels.set(name, value);
  for (const auto& [name, value] : target) labels.set(name, value);
  const auto fill_in = [&](std::string_view name, const std::string& value) {
    if (labels.get(name).empty()) labels.set(name, value);
  };
  fill_in("job", job.name);
  fill_in(kInterval, format_duration(job.interval));
  fill_in(kTimeout, format_duration(job.timeout));
  fill_in(kMetricsPath, job.metrics_path);
  fill_in(kScheme, job.scheme);
  for (const auto& [name, values] : job.parameters)
    if (!values.empty()) fill_in(std::string(kParameterPrefix) + name, values.front());
  return labels;
}

Result<Duration> duration_label(const LabelsBuilder& labels, std::string_view label,
                                std::string_view what) {
  Result<Duration> read = parse_duration(labels.get(label));
  if (!read) return std::move(read).in(fmt::format("error parsing {}", what));
  if (*read <= 0ms) return invalid(fmt::format("{} cannot be 0", what));
  return read;
}

/// Fills the plan from the labels that relabelling has left.
Result<void> finish(const Job& job, LabelsBuilder& labels, TargetPlan& plan) {
  const std::string address(labels.get(kAddressLabel));
  if (address.empty()) return invalid("no address");
  if (address.find('/') != std::string::npos)
    return invalid(fmt::format("\"{}\" is not a valid hostname", address));
  const Result<Duration> interval = duration_label(labels, kInterval, "scrape interval");
  if (!interval) return interval.error();
  const Result<Duration> timeout = duration_label(labels, kTimeout, "scrape timeout");
  if (!timeout) return timeout.error();
  if (*timeout > *interval)
    return invalid(
        fmt::format("scrape timeout cannot be greater than scrape interval (\"{}\" > \"{}\")",
                    labels.get(kTimeout), labels.get(kInterval)));
  plan.interval = *interval;
  plan.timeout = *timeout;
  plan.url = url_of(job, labels);
  if (labels.get("instance").empty()) labels.set("instance", address);
  const auto pairs = labels.pairs();
  for (const auto& [name, value] : pairs) {
    if (!is_utf8(value)) return invalid(fmt::format("invalid label value for \"{}\"", name));
    if (name.starts_with(kInternalPrefix)) labels.remove(name);
  }
  plan.labels = labels.build();
  return {};
}

/// The rule that drops the target, for a person who asks why.
std::string drop_reason(const Job& job, LabelsBuilder labels) {
  for (std::size_t i = 0; i < job.relabel_rules.size(); ++i) {
    const RelabelRule& rule = job.relabel_rules[i];
    if (!rule.apply(labels))
      return fmt::format("relabel_configs[{}]: {}", i, name(rule.options().action));
  }
  return "relabel_configs";
}

class Planner {
 public:
  explicit Planner(std::shared_ptr<const Job> job) : job_(*job) { pool_.job = std::move(job); }

  void add(const TextPairs& target, const TextPairs& group) {
    LabelsBuilder labels = discovered_labels(job_, target, group);
    const Labels discovered = labels.build();
    if (!relabel(job_.relabel_rules, labels)) return drop(discovered);
    TargetPlan plan;
    plan.pool = job_.name;
    plan.discovered = discovered;
    if (auto sound = finish(job_, labels, plan); !sound)
      return refuse(std::string(discovered.get(kAddressLabel)), sound.error().message);
    if (identities_.insert(plan.identity()).second) pool_.targets.push_back(std::move(plan));
  }

  TargetPool take() {
    const std::uint64_t limit = job_.limits.targets;
    if (limit > 0 && pool_.targets.size() > limit)
      pool_.forced_error = fmt::format("target_limit exceeded (number of targets: {}, limit: {})",
                                       pool_.targets.size(), limit);
    if (refused_ > pool_.trouble.size())
      pool_.trouble.push_back(fmt::format("and {} more", refused_ - pool_.trouble.size()));
    return std::move(pool_);
  }

 private:
  void drop(const Labels& discovered) {
    ++pool_.dropped_count;
    const std::size_t limit =
        job_.keep_dropped_targets > 0
            ? std::size_t(std::min<std::uint64_t>(job_.keep_dropped_targets, kDroppedTargetLimit))
            : kDroppedTargetLimit;
    if (pool_.dropped.size() < limit)
      pool_.dropped.push_back({discovered, drop_reason(job_, LabelsBuilder(discovered))});
  }

  void refuse(const std::string& address, const std::string& why) {
    ++refused_;
    if (pool_.trouble.size() < kTroubleLimit)
      pool_.trouble.push_back(address.empty() ? why : address + ": " + why);
  }

  const Job& job_;
  TargetPool pool_;
  std::set<std::string> identities_;
  std::size_t refused_ = 0;
};

}  // namespace

void append_query_text(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (is_unreserved(c))
      out += c;
    else if (c == ' ')
      out += '+';
    else
      append_escaped(out, c);
  }
}

std::string TargetPlan::identity() const { return pool + '\n' + url + '\n' + labels.to_string(); }

TargetPool plan_pool(std::shared_ptr<const Job> job, std::span<const TargetGroup> groups) {
  Planner planner(std::move(job));
  for (const TargetGroup& group : groups)
    for (const TextPairs& target : group.targets) planner.add(target, group.labels);
  return planner.take();
}

}  // namespace lapwing::collectors::scrape

// A scrape job as the configuration states it, and the targets that it means. Formats and
// defaults are Prometheus's (configuration/#scrape_config); only static targets so far.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "agent/base/time.h"
#include "agent/config/mapping.h"
#include "agent/model/labels.h"

namespace lapwing::collectors::scrape {

/// What `global` says of scraping; whoever reads `global` fills it in.
struct GlobalOptions {
  Duration scrape_interval = 1min;
  Duration scrape_timeout = 10s;
  std::uint64_t body_size_limit_bytes = 0;  ///< 0: kBodyLimitBytes
  std::uint64_t sample_limit = 0;           ///< this and below: 0 means none
  std::uint64_t label_limit = 0;
  std::uint64_t label_name_length_limit = 0;
  std::uint64_t label_value_length_limit = 0;
};

inline constexpr std::uint64_t kBodyLimitBytes = 64u << 20;
/// Targets of all jobs together.
inline constexpr std::size_t kTargetLimit = 5'000;
/// Series of one page, whatever sample_limit says.
inline constexpr std::size_t kPageSeriesLimit = 1'000'000;

using TextPairs = std::vector<std::pair<std::string, std::string>>;

struct StaticGroup {
  std::vector<std::string> targets;
  TextPairs labels;
};

struct Credentials {
  std::string username;
  config::Secret password;
  std::string password_file;
  std::string authorization_type = "Bearer";
  config::Secret authorization;
  std::string authorization_file;
};

struct Limits {
  std::uint64_t body_size_bytes = 0;
  std::uint64_t samples = 0;
  std::uint64_t labels = 0;
  std::uint64_t label_name_length = 0;
  std::uint64_t label_value_length = 0;
  std::uint64_t targets = 0;
  bool operator==(const Limits&) const = default;
};

struct Job {
  std::string name;
  Duration interval = 1min;
  Duration timeout = 10s;
  std::string metrics_path = "/metrics";
  std::string scheme = "http";
  std::vector<std::pair<std::string, std::vector<std::string>>> parameters;
  bool honor_labels = false;
  bool honor_timestamps = true;
  bool track_timestamps_staleness = false;
  bool follow_redirects = true;
  bool accept_compressed = true;
  std::string fallback_protocol;  ///< "" or PrometheusText0.0.4, PrometheusText1.0.0
  Credentials credentials;
  std::string ca_file;
  bool verify_tls = true;
  Limits limits;
  std::vector<StaticGroup> static_groups;
};

/// Reads the list `scrape_configs`.
std::vector<Job> read_jobs(config::Mapping& root, const GlobalOptions& global);

/// One target, ready to be scraped.
struct TargetPlan {
  std::string pool;
  std::string url;
  Labels labels;      ///< target labels: job, instance and the configured ones
  Labels discovered;  ///< before the labels that begin with "__" were taken out
  Duration interval{};
  Duration timeout{};

  /// Equal for the same target over a reload: pool, URL and labels.
  std::string identity() const;
};

/// The targets of a job, doubles left out; Invalid ones (no address, bad interval label) are left
/// out and named in `trouble`.
std::vector<TargetPlan> plan_targets(const Job& job, std::vector<std::string>& trouble);

/// Percent-encodes a query's name or value.
void append_query_text(std::string& out, std::string_view text);

}  // namespace lapwing::collectors::scrape

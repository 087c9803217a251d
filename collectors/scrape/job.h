// A scrape job as the configuration states it. Formats, defaults and errors are Prometheus 3.5's
// (configuration/#scrape_config). Leaves out the discovery of other systems (Kubernetes, clouds):
// such keys are known and warned about.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/base/time.h"
#include "agent/config/mapping.h"
#include "collectors/scrape/discovery/options.h"
#include "collectors/scrape/http_options.h"
#include "collectors/scrape/relabel.h"

namespace lapwing::collectors::scrape {

enum class Protocol {
  PrometheusProto,
  PrometheusText0_0_4,
  PrometheusText1_0_0,
  OpenMetricsText0_0_1,
  OpenMetricsText1_0_0,
};
/// "PrometheusText0.0.4", as the configuration writes it.
std::string_view name(Protocol protocol);

enum class NameValidation { Utf8, Legacy };
enum class NameEscaping { AllowUtf8, Underscores, Dots, Values };

/// 0 means no limit, but for the body: kBodyLimitBytes.
struct Limits {
  std::uint64_t body_size_bytes = 0;
  std::uint64_t samples = 0;
  std::uint64_t labels = 0;
  std::uint64_t label_name_length = 0;
  std::uint64_t label_value_length = 0;
  std::uint64_t targets = 0;
  bool operator==(const Limits&) const = default;
};

/// The protocols that are asked for unless the configuration says otherwise, best first.
std::vector<Protocol> default_protocols();

/// What `global` says of scraping.
struct GlobalOptions {
  Duration scrape_interval = 1min;
  Duration scrape_timeout = 10s;
  Limits limits{};
  std::uint64_t keep_dropped_targets = 0;
  bool extra_scrape_metrics = false;
  std::vector<Protocol> protocols = default_protocols();
  NameValidation name_validation = NameValidation::Utf8;
  std::optional<NameEscaping> name_escaping{};  ///< unset: what goes with the validation
};

inline constexpr std::uint64_t kBodyLimitBytes = 64u << 20;
/// Targets of all jobs together.
inline constexpr std::size_t kTargetLimit = 5'000;
/// Series of one page, whatever sample_limit says.
inline constexpr std::size_t kPageSeriesLimit = 1'000'000;
/// Lines by which a target's pages are remembered; what comes beyond is read anew each time.
inline constexpr std::size_t kPageMemoryLimit = 200'000;
/// Dropped targets that a job remembers, whatever keep_dropped_targets says.
inline constexpr std::size_t kDroppedTargetLimit = 1'000;

struct Job {
  std::string name;
  Duration interval = 1min;
  Duration timeout = 10s;
  std::string metrics_path = "/metrics";
  std::string scheme = "http";
  std::vector<std::pair<std::string, std::vector<std::string>>> parameters{};  ///< sorted by name
  bool honor_labels = false;
  bool honor_timestamps = true;
  bool track_timestamps_staleness = false;
  /// Stores scrape_timeout_seconds, scrape_sample_limit and scrape_body_size_bytes too. A key of
  /// ours in `global` and in a job: Prometheus 3.5 has its flag extra-scrape-metrics alone.
  bool extra_scrape_metrics = false;
  bool accept_compressed = true;
  std::vector<Protocol> protocols = default_protocols();  ///< those we serve, best first
  std::optional<Protocol> fallback_protocol{};
  NameValidation name_validation = NameValidation::Utf8;
  NameEscaping name_escaping = NameEscaping::AllowUtf8;
  Limits limits{};
  std::uint64_t keep_dropped_targets = 0;  ///< 0: kDroppedTargetLimit
  HttpOptions http{};
  std::vector<RelabelRule> relabel_rules{};
  std::vector<RelabelRule> metric_relabel_rules{};
  DiscoveryOptions discovery{};

  bool operator==(const Job&) const = default;
};

/// Reads what `global` says of scraping; the other keys are the caller's.
GlobalOptions read_global_options(config::Mapping& global);

/// Reads the list `scrape_configs` and the files that `scrape_config_files` names.
std::vector<Job> read_jobs(config::Mapping& root, const GlobalOptions& global);

}  // namespace lapwing::collectors::scrape

// Relabelling: rules that change a label set or drop it. Source of truth: Prometheus 3.5
// (configuration/#relabel_config). Pure; the same for targets and for their series.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/regex.h"
#include "agent/base/result.h"
#include "agent/config/mapping.h"
#include "agent/model/labels.h"

namespace lapwing::collectors::scrape {

enum class RelabelAction {
  Replace,
  Keep,
  Drop,
  KeepEqual,
  DropEqual,
  HashMod,
  LabelMap,
  LabelDrop,
  LabelKeep,
  Lowercase,
  Uppercase,
};

/// "replace", "keepequal", … as the configuration writes it.
std::string_view name(RelabelAction action);

/// One rule as it is written, defaults filled in.
struct RelabelOptions {
  RelabelAction action = RelabelAction::Replace;
  std::vector<std::string> source_labels{};
  bool has_source_labels = false;  ///< the key is there, if only with an empty list
  std::string separator = ";";
  std::string target_label{};
  std::string regex = "(.*)";
  std::string replacement = "$1";
  std::uint64_t modulus = 0;
  bool operator==(const RelabelOptions&) const = default;
};

/// Immutable, cheap to copy, any thread.
class RelabelRule {
 public:
  /// Invalid with Prometheus's words.
  static Result<RelabelRule> create(RelabelOptions options);

  const RelabelOptions& options() const { return *options_; }
  /// False: the label set is dropped (and may be half changed).
  bool apply(LabelsBuilder& labels) const;
  friend bool operator==(const RelabelRule& a, const RelabelRule& b) {
    return *a.options_ == *b.options_;
  }

 private:
  RelabelRule(std::shared_ptr<const RelabelOptions> options, Regex regex)
      : options_(std::move(options)),
        regex_(std::move(regex)),
        matches_all_(options_->regex == "(.*)") {}

  std::string source_value(const LabelsBuilder& labels) const;
  void replace(LabelsBuilder& labels, const std::string& value) const;
  void map_names(LabelsBuilder& labels) const;
  void remove_names(LabelsBuilder& labels, bool matching) const;

  std::shared_ptr<const RelabelOptions> options_;
  Regex regex_;
  bool matches_all_;
};

/// Applies the rules in order; false as soon as one drops the label set.
bool relabel(std::span<const RelabelRule> rules, LabelsBuilder& labels);

/// Reads the list of rules below `key`; what is wrong goes to the mapping's diagnostics.
std::vector<RelabelRule> read_relabel_rules(config::Mapping& mapping, std::string_view key);

/// As Prometheus takes names: any UTF-8 but the empty text.
bool is_label_name(std::string_view name);

}  // namespace lapwing::collectors::scrape

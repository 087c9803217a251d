// Labels: the sorted name/value pairs that identify a series.
// One block of memory a label set, shared by copies: 2,000 series must fit a small agent.
#pragma once

#include <atomic>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lapwing {

inline constexpr std::string_view kMetricName = "__name__";

struct Label {
  std::string_view name;
  std::string_view value;
  friend bool operator==(const Label&, const Label&) = default;
};

/// Immutable; copying costs one increment; any thread may read and copy. Views that it returns
/// live as long as any copy. A label with an empty value is the same as no label: never stored.
class Labels {
 public:
  class Iterator;

  Labels() = default;
  /// Any order; the last of equal names wins; empty values are left out.
  Labels(std::initializer_list<Label> labels);
  static Labels from(std::vector<Label> labels);

  Labels(const Labels& other) noexcept;
  Labels(Labels&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  Labels& operator=(Labels other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~Labels();

  bool empty() const { return block_ == nullptr; }
  std::size_t size() const;
  Label operator[](std::size_t index) const;
  Iterator begin() const;
  Iterator end() const;

  /// The value, or "" when there is no such label.
  std::string_view get(std::string_view name) const;
  bool has(std::string_view name) const { return !get(name).empty(); }
  std::string_view metric_name() const { return get(kMetricName); }

  /// Equal for equal labels, within one process only.
  std::uint64_t hash() const;
  /// Names and values, one behind the other.
  std::string_view text() const;
  /// Bytes of names and values.
  std::size_t text_bytes() const { return text().size(); }
  /// The same without one label; shared when there is no such label.
  Labels without(std::string_view name) const;

  /// `name{a="1",b="2"}`, values escaped as in PromQL.
  std::string to_string() const;

  friend bool operator==(const Labels& a, const Labels& b);
  /// Prometheus's order: by names and values in turn; a prefix comes first.
  friend bool operator<(const Labels& a, const Labels& b);

 private:
  struct Block;  // header, end offsets, bytes: see labels.cc
  static Block* make_block(std::size_t count, std::size_t bytes);
  explicit Labels(Block* block) : block_(block) {}

  Block* block_ = nullptr;
};

class Labels::Iterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = Label;
  using difference_type = std::ptrdiff_t;
  using pointer = void;
  using reference = Label;

  Iterator(const Labels& labels, std::size_t index) : labels_(&labels), index_(index) {}
  Label operator*() const { return (*labels_)[index_]; }
  Iterator& operator++() {
    ++index_;
    return *this;
  }
  friend bool operator==(const Iterator& a, const Iterator& b) { return a.index_ == b.index_; }

 private:
  const Labels* labels_;
  std::size_t index_;
};

inline Labels::Iterator Labels::begin() const { return {*this, 0}; }
inline Labels::Iterator Labels::end() const { return {*this, size()}; }

/// Changes labels and builds the result; not shared between threads.
class LabelsBuilder {
 public:
  LabelsBuilder() = default;
  explicit LabelsBuilder(const Labels& base);

  /// Sets or replaces; an empty value removes.
  LabelsBuilder& set(std::string_view name, std::string_view value);
  LabelsBuilder& remove(std::string_view name);
  /// "" when there is none. Valid until the next change.
  std::string_view get(std::string_view name) const;
  const std::vector<std::pair<std::string, std::string>>& pairs() const { return pairs_; }
  Labels build() const;

 private:
  std::vector<std::pair<std::string, std::string>> pairs_;  // sorted by name
};

/// Whether `name` is [a-zA-Z_:][a-zA-Z0-9_:]*: such names need no quotes in text formats.
bool is_legacy_metric_name(std::string_view name);
/// Whether `name` is [a-zA-Z_][a-zA-Z0-9_]*.
bool is_legacy_label_name(std::string_view name);

/// Appends `value` in double quotes, with \\, \" and \n escaped: PromQL and the text formats.
void append_quoted(std::string& out, std::string_view value);

}  // namespace lapwing

template <>
struct std::hash<lapwing::Labels> {
  std::size_t operator()(const lapwing::Labels& labels) const { return labels.hash(); }
};

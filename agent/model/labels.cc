#include "agent/model/labels.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <new>

namespace lapwing {

// Memory: Block | uint32 end[2 × count] | bytes. end[2i] is where name i ends, end[2i+1] where
// its value ends, both counted from the first byte; each part begins where the one before ends.
struct Labels::Block {
  std::atomic<std::uint32_t> references;
  std::uint32_t count;
  std::uint64_t hash;

  std::uint32_t* ends() { return reinterpret_cast<std::uint32_t*>(this + 1); }
  char* begin() { return reinterpret_cast<char*>(ends() + 2 * std::size_t(count)); }
  std::string_view part(std::size_t index) {
    const std::uint32_t start = index == 0 ? 0 : ends()[index - 1];
    return {begin() + start, ends()[index] - start};
  }
  std::string_view all_bytes() { return {begin(), ends()[2 * std::size_t(count) - 1]}; }
  /// Where label `index` begins.
  std::uint32_t start_of(std::size_t index) { return index == 0 ? 0 : ends()[2 * index - 1]; }
  /// Once ends and bytes are there.
  void seal();
};

namespace {

std::uint64_t mix(std::uint64_t seed, std::string_view text) {
  const std::uint64_t h = std::hash<std::string_view>()(text);
  return (seed ^ h) * 0x9E3779B97F4A7C15ull + (seed >> 29);  // odd constant: the golden ratio
}

/// Sorted, each name once, no value empty: what copies of other label sets are already.
bool is_sound(const std::vector<Label>& labels) {
  for (std::size_t i = 0; i < labels.size(); ++i)
    if (labels[i].value.empty() || (i > 0 && labels[i - 1].name >= labels[i].name)) return false;
  return true;
}

void make_sound(std::vector<Label>& labels) {
  std::stable_sort(labels.begin(), labels.end(),
                   [](const Label& a, const Label& b) { return a.name < b.name; });
  std::vector<Label> kept;
  kept.reserve(labels.size());
  for (const Label& label : labels) {
    if (!kept.empty() && kept.back().name == label.name) kept.pop_back();
    kept.push_back(label);
  }
  std::erase_if(kept, [](const Label& label) { return label.value.empty(); });
  labels = std::move(kept);
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

// Of all bytes at once, and of where they are parted.
void Labels::Block::seal() {
  const std::string_view parts(reinterpret_cast<const char*>(ends()),
                               2 * std::size_t(count) * sizeof(std::uint32_t));
  hash = mix(mix(0, all_bytes()), parts);
}

Labels::Block* Labels::make_block(std::size_t count, std::size_t bytes) {
  void* memory = ::operator new(sizeof(Block) + 2 * count * sizeof(std::uint32_t) + bytes);
  return new (memory) Block{1, std::uint32_t(count), 0};
}

Labels::Labels(std::initializer_list<Label> labels) : Labels(from(labels)) {}

Labels Labels::from(std::vector<Label> labels) {
  if (!is_sound(labels)) make_sound(labels);
  if (labels.empty()) return {};

  std::size_t bytes = 0;
  for (const Label& label : labels) bytes += label.name.size() + label.value.size();
  Block* const block = make_block(labels.size(), bytes);
  char* const to = block->begin();
  std::uint32_t at = 0;
  std::size_t part = 0;
  for (const Label& label : labels) {
    for (const std::string_view text : {label.name, label.value}) {
      std::memcpy(to + at, text.data(), text.size());
      at += std::uint32_t(text.size());
      block->ends()[part++] = at;
    }
  }
  block->seal();
  return Labels(block);
}

Labels Labels::without(std::string_view name) const {
  std::size_t left_out = 0;
  while (left_out < size() && block_->part(2 * left_out) != name) ++left_out;
  if (left_out == size()) return *this;
  if (size() == 1) return {};
  const std::uint32_t from = block_->start_of(left_out);
  const std::uint32_t to = block_->start_of(left_out + 1);
  const std::string_view all = text();
  Block* const block = make_block(size() - 1, all.size() - (to - from));
  std::memcpy(block->begin(), all.data(), from);
  std::memcpy(block->begin() + from, all.data() + to, all.size() - to);
  const std::size_t before = 2 * left_out, parts = 2 * size();
  std::memcpy(block->ends(), block_->ends(), before * sizeof(std::uint32_t));
  for (std::size_t part = before + 2; part < parts; ++part)
    block->ends()[part - 2] = block_->ends()[part] - (to - from);
  block->seal();
  return Labels(block);
}

Labels::Labels(const Labels& other) noexcept : block_(other.block_) {
  if (block_ != nullptr) block_->references.fetch_add(1, std::memory_order_relaxed);
}

Labels::~Labels() {
  if (block_ != nullptr && block_->references.fetch_sub(1, std::memory_order_acq_rel) == 1) {
    block_->~Block();
    ::operator delete(block_);
  }
}

std::size_t Labels::size() const { return block_ == nullptr ? 0 : block_->count; }

Label Labels::operator[](std::size_t index) const {
  return {block_->part(2 * index), block_->part(2 * index + 1)};
}

std::string_view Labels::get(std::string_view name) const {
  for (std::size_t i = 0; i < size(); ++i)
    if (block_->part(2 * i) == name) return block_->part(2 * i + 1);
  return {};
}

std::uint64_t Labels::hash() const { return block_ == nullptr ? 0 : block_->hash; }

std::string_view Labels::text() const {
  return block_ == nullptr ? std::string_view() : block_->all_bytes();
}

bool operator==(const Labels& a, const Labels& b) {
  if (a.block_ == b.block_) return true;
  if (a.size() != b.size() || a.hash() != b.hash()) return false;
  const std::size_t ends_bytes = 2 * a.size() * sizeof(std::uint32_t);
  return std::memcmp(a.block_->ends(), b.block_->ends(), ends_bytes) == 0 &&
         a.block_->all_bytes() == b.block_->all_bytes();
}

bool operator<(const Labels& a, const Labels& b) {
  const std::size_t common = std::min(a.size(), b.size());
  for (std::size_t i = 0; i < common; ++i) {
    const Label x = a[i], y = b[i];
    if (const int order = x.name.compare(y.name); order != 0) return order < 0;
    if (const int order = x.value.compare(y.value); order != 0) return order < 0;
  }
  return a.size() < b.size();
}

std::string Labels::to_string() const {
  std::string out;
  const std::string_view metric = metric_name();
  const bool bare = !metric.empty() && is_legacy_metric_name(metric);
  if (bare) out += metric;
  bool first = true;
  const auto open = [&] {
    out += first ? "{" : ", ";
    first = false;
  };
  if (!metric.empty() && !bare) {
    open();
    append_quoted(out, metric);
  }
  for (const Label label : *this) {
    if (label.name == kMetricName) continue;
    open();
    if (is_legacy_label_name(label.name))
      out += label.name;
    else
      append_quoted(out, label.name);
    out += '=';
    append_quoted(out, label.value);
  }
  if (!first)
    out += '}';
  else if (out.empty())
    out = "{}";
  return out;
}

LabelsBuilder::LabelsBuilder(const Labels& base) {
  pairs_.reserve(base.size() + 4);
  for (const Label label : base) pairs_.emplace_back(label.name, label.value);
}

LabelsBuilder& LabelsBuilder::set(std::string_view name, std::string_view value) {
  if (value.empty()) return remove(name);
  const auto at =
      std::lower_bound(pairs_.begin(), pairs_.end(), name,
                       [](const auto& pair, std::string_view n) { return pair.first < n; });
  if (at != pairs_.end() && at->first == name)
    at->second = value;
  else
    pairs_.emplace(at, name, value);
  return *this;
}

LabelsBuilder& LabelsBuilder::remove(std::string_view name) {
  std::erase_if(pairs_, [name](const auto& pair) { return pair.first == name; });
  return *this;
}

std::string_view LabelsBuilder::get(std::string_view name) const {
  for (const auto& [key, value] : pairs_)
    if (key == name) return value;
  return {};
}

Labels LabelsBuilder::build() const {
  std::vector<Label> labels;
  labels.reserve(pairs_.size());
  for (const auto& [key, value] : pairs_) labels.push_back({key, value});
  return Labels::from(std::move(labels));
}

bool is_legacy_metric_name(std::string_view name) {
  if (name.empty() || is_digit(name[0])) return false;
  return std::all_of(name.begin(), name.end(),
                     [](char c) { return is_letter(c) || is_digit(c) || c == ':'; });
}

bool is_legacy_label_name(std::string_view name) {
  return is_legacy_metric_name(name) && name.find(':') == std::string_view::npos;
}

void append_quoted(std::string& out, std::string_view value) {
  out += '"';
  for (const char c : value) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

}  // namespace lapwing

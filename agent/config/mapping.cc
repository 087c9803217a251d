#include "agent/config/mapping.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <limits>

#include "agent/base/number.h"
#include "agent/base/utf8.h"
#include "agent/config/spelling.h"

namespace lapwing::config {
namespace {

constexpr std::size_t kShownTextLimit = 60;

/// What stands there, for "…, found X".
std::string description(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::Null:
      return "nothing";
    case Value::Kind::List:
      return "a list";
    case Value::Kind::Map:
      return "a map";
    case Value::Kind::Scalar:
      break;
  }
  std::string_view text = value.text();
  std::size_t shown = 0;
  while (shown < text.size() && shown < kShownTextLimit)
    shown += std::max<std::size_t>(1, utf8_length(text.substr(shown)));
  std::string quoted = "\"" + std::string(text.substr(0, shown));
  std::replace(quoted.begin(), quoted.end(), '\n', ' ');  // an error is one line
  return quoted + (shown < text.size() ? "…\"" : "\"");
}

std::optional<bool> as_flag(const Value& value) {
  if (value.quoted()) return std::nullopt;
  static constexpr std::array<std::string_view, 11> kYes = {
      "true", "True", "TRUE", "yes", "Yes", "YES", "y", "Y", "on", "On", "ON"};
  static constexpr std::array<std::string_view, 11> kNo = {
      "false", "False", "FALSE", "no", "No", "NO", "n", "N", "off", "Off", "OFF"};
  if (std::find(kYes.begin(), kYes.end(), value.text()) != kYes.end()) return true;
  if (std::find(kNo.begin(), kNo.end(), value.text()) != kNo.end()) return false;
  return std::nullopt;
}

template <typename T>
std::optional<T> as_whole(std::string_view text) {
  T number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// The power of 1024 that a unit stands for; "" and "B" are bytes.
std::optional<int> power_of_unit(std::string_view unit) {
  if (unit.empty() || unit == "B") return 0;
  static constexpr std::string_view kLetters = "KMGTPE";
  const std::size_t letter = kLetters.find(unit[0]);
  const std::string_view rest = unit.substr(1);
  if (letter == std::string_view::npos || (rest != "B" && rest != "iB")) return std::nullopt;
  return int(letter) + 1;
}

std::optional<std::uint64_t> as_size(std::string_view text) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789."), text.size());
  const auto power = power_of_unit(text.substr(digits));
  if (!power) return std::nullopt;
  const std::string_view amount = text.substr(0, digits);
  if (const auto whole = as_whole<std::uint64_t>(amount)) {
    const int shift = *power * 10;
    if (*whole > (std::numeric_limits<std::uint64_t>::max() >> shift)) return std::nullopt;
    return *whole << shift;
  }
  double fraction = 0;
  const auto [end, error] = std::from_chars(amount.data(), amount.data() + amount.size(), fraction,
                                            std::chars_format::fixed);
  if (error != std::errc() || end != amount.data() + amount.size()) return std::nullopt;
  const double bytes = std::ldexp(fraction, *power * 10);
  if (*power == 0 || bytes >= 0x1p64) return std::nullopt;  // half a byte is a slip
  return static_cast<std::uint64_t>(bytes);
}

std::string listed(std::initializer_list<std::string_view> words) {
  std::string text;
  std::size_t left = words.size();
  for (const std::string_view word : words) {
    text += word;
    --left;
    if (left > 0) text += left == 1 ? " or " : ", ";
  }
  return text;
}

}  // namespace

Mapping::Mapping(const Value& value, std::string path, Diagnostics& diagnostics)
    : value_(value), path_(std::move(path)), diagnostics_(diagnostics) {
  const bool readable = value.kind() == Value::Kind::Map || value.kind() == Value::Kind::Null;
  if (!readable) expected(value, path_, "a map");
}

std::string Mapping::path_of(std::string_view key) const {
  return path_.empty() ? std::string(key) : path_ + "." + std::string(key);
}

void Mapping::expected(const Value& found, const std::string& path, std::string_view what) {
  std::string message = path.empty() ? "" : path + ": ";
  message.append("expected ").append(what).append(", found ").append(description(found));
  diagnostics_.error(found.place(), std::move(message));
}

bool Mapping::has(std::string_view key) const {
  const Value* value = value_.find(key);
  return value != nullptr && value->kind() != Value::Kind::Null;
}

const Value* Mapping::take(std::string_view key) {
  known_.emplace(key);
  return has(key) ? value_.find(key) : nullptr;
}

const Value* Mapping::raw(std::string_view key) { return take(key); }

const Value* Mapping::take_scalar(std::string_view key, std::string_view what) {
  const Value* value = take(key);
  if (value == nullptr || value->kind() == Value::Kind::Scalar) return value;
  expected(*value, path_of(key), what);
  return nullptr;
}

const Value* Mapping::take_list(std::string_view key, std::string_view what) {
  const Value* value = take(key);
  if (value == nullptr || value->kind() == Value::Kind::List) return value;
  expected(*value, path_of(key), what);
  return nullptr;
}

std::string Mapping::string(std::string_view key, std::string fallback) {
  const Value* value = take_scalar(key, "a text");
  if (value != nullptr) return value->text();
  return fallback;
}

std::string Mapping::required_string(std::string_view key) {
  const Value* value = take_scalar(key, "a text");
  const bool is_missing = !has(key) || (value != nullptr && value->text().empty());
  if (is_missing) error(key, "is required");
  return value != nullptr ? value->text() : std::string();
}

Secret Mapping::secret(std::string_view key) {
  const Value* value = take_scalar(key, "a text");
  return value != nullptr ? Secret(value->text()) : Secret();
}

bool Mapping::flag(std::string_view key, bool fallback) {
  const Value* value = take_scalar(key, "true or false");
  if (value == nullptr) return fallback;
  const auto found = as_flag(*value);
  if (!found) expected(*value, path_of(key), "true or false");
  return found.value_or(fallback);
}

std::int64_t Mapping::integer(std::string_view key, std::int64_t fallback, std::int64_t least,
                              std::int64_t most) {
  const std::string what =
      "a whole number from " + std::to_string(least) + " to " + std::to_string(most);
  const Value* value = take_scalar(key, what);
  if (value == nullptr) return fallback;
  const auto found = as_whole<std::int64_t>(value->text());
  if (found && *found >= least && *found <= most) return *found;
  expected(*value, path_of(key), what);
  return fallback;
}

double Mapping::number(std::string_view key, double fallback) {
  const Value* value = take_scalar(key, "a number");
  if (value == nullptr) return fallback;
  const auto found = parse_value(value->text());
  if (found.ok() && std::isfinite(*found)) return *found;
  expected(*value, path_of(key), "a number");
  return fallback;
}

Duration Mapping::duration(std::string_view key, Duration fallback) {
  constexpr std::string_view kWhat = "a duration such as 15d";
  const Value* value = take_scalar(key, kWhat);
  if (value == nullptr) return fallback;
  const auto found = parse_duration(value->text());
  if (found.ok()) return *found;
  expected(*value, path_of(key), kWhat);
  return fallback;
}

std::uint64_t Mapping::size_bytes(std::string_view key, std::uint64_t fallback) {
  constexpr std::string_view kWhat = "a size such as 512MiB";
  const Value* value = take_scalar(key, kWhat);
  if (value == nullptr) return fallback;
  const auto found = as_size(value->text());
  if (!found) expected(*value, path_of(key), kWhat);
  return found.value_or(fallback);
}

std::string Mapping::choice(std::string_view key, std::string fallback,
                            std::initializer_list<std::string_view> allowed) {
  const std::string what = (allowed.size() > 1 ? "one of " : "") + listed(allowed);
  const Value* value = take_scalar(key, what);
  if (value == nullptr) return fallback;
  if (std::find(allowed.begin(), allowed.end(), value->text()) != allowed.end())
    return value->text();
  expected(*value, path_of(key), what);
  return fallback;
}

std::vector<std::string> Mapping::strings(std::string_view key) {
  std::vector<std::string> texts;
  const Value* list = take_list(key, "a list of texts");
  if (list == nullptr) return texts;
  for (std::size_t i = 0; i < list->items().size(); ++i) {
    const Value& item = list->items()[i];
    if (item.kind() == Value::Kind::Scalar)
      texts.push_back(item.text());
    else
      expected(item, path_of(key) + "[" + std::to_string(i) + "]", "a text");
  }
  return texts;
}

std::vector<std::pair<std::string, std::string>> Mapping::string_map(std::string_view key) {
  std::vector<std::pair<std::string, std::string>> pairs;
  const Value* map = take(key);
  if (map == nullptr) return pairs;
  if (map->kind() != Value::Kind::Map) {
    expected(*map, path_of(key), "a map of texts");
    return pairs;
  }
  for (const Value::Entry& entry : map->entries()) {
    const bool nested =
        entry.value.kind() == Value::Kind::List || entry.value.kind() == Value::Kind::Map;
    if (nested)
      expected(entry.value, path_of(key) + "." + entry.key, "a text");
    else
      pairs.emplace_back(entry.key, entry.value.text());
  }
  return pairs;
}

std::string Mapping::path(std::string_view key, std::string fallback) {
  const Value* value = take_scalar(key, "a path");
  return value != nullptr ? resolve_path(value->place(), value->text()) : std::move(fallback);
}

std::vector<std::string> Mapping::paths(std::string_view key) {
  std::vector<std::string> found;
  const Value* list = take_list(key, "a list of paths");
  if (list == nullptr) return found;
  for (std::size_t i = 0; i < list->items().size(); ++i) {
    const Value& item = list->items()[i];
    const bool usable = item.kind() == Value::Kind::Scalar && !item.text().empty();
    if (usable)
      found.push_back(resolve_path(item.place(), item.text()));
    else
      expected(item, path_of(key) + "[" + std::to_string(i) + "]", "a path");
  }
  return found;
}

void Mapping::section(std::string_view key, const std::function<void(Mapping&)>& read) {
  const Value* value = take(key);
  if (value == nullptr) return;
  if (value->kind() != Value::Kind::Map) {
    expected(*value, path_of(key), "a map");
    return;
  }
  Mapping below(*value, path_of(key), diagnostics_);
  read(below);
  below.finish();
}

void Mapping::each(std::string_view key, const std::function<void(Mapping&)>& read) {
  const Value* list = take_list(key, "a list of maps");
  if (list == nullptr) return;
  for (std::size_t i = 0; i < list->items().size(); ++i) {
    const Value& item = list->items()[i];
    const std::string item_path = path_of(key) + "[" + std::to_string(i) + "]";
    if (item.kind() != Value::Kind::Map) {
      expected(item, item_path, "a map");
      continue;
    }
    Mapping below(item, item_path, diagnostics_);
    read(below);
    below.finish();
  }
}

void Mapping::not_served(std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys) {
    known_.emplace(key);
    const auto& entries = value_.entries();
    const auto set = std::find_if(entries.begin(), entries.end(),
                                  [&](const Value::Entry& entry) { return entry.key == key; });
    if (set != entries.end())
      diagnostics_.warn(set->key_place, path_of(key) + ": is not served yet and has no effect");
  }
}

void Mapping::error(std::string_view key, const std::string& message) {
  const Value* value = take(key);
  diagnostics_.error(value != nullptr ? value->place() : place(), path_of(key) + ": " + message);
}

void Mapping::finish() {
  if (finished_) return;
  finished_ = true;
  for (const Value::Entry& entry : value_.entries()) {
    if (known_.contains(entry.key)) continue;
    std::string message = path_.empty() ? "" : path_ + ": ";
    message += "unknown key " + description(Value::scalar({}, entry.key, true));
    const std::string nearest = nearest_word(entry.key, known_);
    if (!nearest.empty()) message += " (did you mean \"" + nearest + "\"?)";
    diagnostics_.error(entry.key_place, std::move(message));
  }
}

std::string resolve_path(const Place& named_in, const std::string& path) {
  const std::filesystem::path named(path);
  if (path.empty() || named.is_absolute()) return path;
  return (std::filesystem::path(named_in.file).parent_path() / named).string();
}

}  // namespace lapwing::config

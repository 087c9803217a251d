// Mapping: reads one map of the configuration strictly. Parts own their options and read their
// own section with it; what nobody read is an unknown key.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/base/time.h"
#include "agent/config/value.h"

namespace lapwing::config {

/// Collects all that is wrong, so that a person mends a file in one go.
class Diagnostics {
 public:
  struct Entry {
    Place place;
    std::string message;
  };

  void error(const Place& place, std::string message);
  void warn(const Place& place, std::string message);

  bool ok() const { return errors_.empty(); }
  const std::vector<Entry>& errors() const { return errors_; }
  const std::vector<Entry>& warnings() const { return warnings_; }
  /// Success, or Invalid with the errors in the order of file and line, each on a line of its own
  /// ("file:line:column: message"); past 50 their number.
  Result<void> result() const;

 private:
  std::vector<Entry> errors_;
  std::vector<Entry> warnings_;
};

/// A secret text: never printed, logged or shown. Its value is asked for by name.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  bool empty() const { return value_.empty(); }
  const std::string& reveal() const { return value_; }
  bool operator==(const Secret&) const = default;

 private:
  std::string value_;
};

/// Every reader marks its key as known and returns the fallback when the key is missing or wrong
/// (wrong ones become errors: place, path of keys, what was expected). A key with nothing behind
/// it is missing. Call finish() last: once on the outermost Mapping, section() and each() do it for
/// theirs. Lives shorter than the Diagnostics given to it.
class Mapping {
 public:
  /// `path` names the section in messages ("store.retention"). A Null value reads as empty;
  /// anything but a map is an error.
  Mapping(const Value& value, std::string path, Diagnostics& diagnostics);

  /// Whether `key` has a value; does not mark it as known.
  bool has(std::string_view key) const;
  std::string string(std::string_view key, std::string fallback = {});
  /// An error when it is missing or empty.
  std::string required_string(std::string_view key);
  Secret secret(std::string_view key);
  /// true or false; also yes, no, on, off, as in YAML 1.1 and in Prometheus.
  bool flag(std::string_view key, bool fallback);
  /// Decimal; both bounds are allowed values.
  std::int64_t integer(std::string_view key, std::int64_t fallback, std::int64_t least,
                       std::int64_t most);
  /// Finite.
  double number(std::string_view key, double fallback);
  /// Prometheus's syntax: "15d", "1h30m", "250ms", "0".
  Duration duration(std::string_view key, Duration fallback);
  /// "512MiB", "1.5GB" (1024 as Prometheus counts: KB = KiB), or plain bytes.
  std::uint64_t size_bytes(std::string_view key, std::uint64_t fallback);
  /// One of `allowed`, or `fallback`.
  std::string choice(std::string_view key, std::string fallback,
                     std::initializer_list<std::string_view> allowed);
  std::vector<std::string> strings(std::string_view key);
  /// A map of texts, such as labels, in the order of the file.
  std::vector<std::pair<std::string, std::string>> string_map(std::string_view key);
  /// A path, relative to the file that it stands in; the fallback is given back as it is.
  std::string path(std::string_view key, std::string fallback = {});
  std::vector<std::string> paths(std::string_view key);

  /// Calls `read` with the map below `key`, then finish() on it; not when the key is missing.
  void section(std::string_view key, const std::function<void(Mapping&)>& read);
  /// Calls `read` with each map in the list below `key`, in order, then finish() on it.
  void each(std::string_view key, const std::function<void(Mapping&)>& read);
  /// The raw value; nullptr when missing. Lives as long as this Mapping.
  const Value* raw(std::string_view key);

  /// Keys that Prometheus or Alertmanager knows and we do not serve yet: a warning where set.
  void not_served(std::initializer_list<std::string_view> keys);
  /// Reports an error at the value of `key` (or at the section when it is missing).
  void error(std::string_view key, const std::string& message);
  /// Every key that nobody asked for is an error, with the nearest known key as a hint. Once: a
  /// second call does nothing.
  void finish();

  const Place& place() const { return value_.place(); }
  const std::string& section_path() const { return path_; }
  Diagnostics& diagnostics() { return diagnostics_; }

 private:
  const Value* take(std::string_view key);
  const Value* take_scalar(std::string_view key, std::string_view expected);
  const Value* take_list(std::string_view key, std::string_view expected);
  void expected(const Value& found, const std::string& path, std::string_view what);
  std::string path_of(std::string_view key) const;

  const Value value_;
  const std::string path_;
  Diagnostics& diagnostics_;
  std::set<std::string, std::less<>> known_;
  bool finished_ = false;
};

/// `path` as seen from the folder of the file that names it; absolute paths stay.
std::string resolve_path(const Place& named_in, const std::string& path);

}  // namespace lapwing::config

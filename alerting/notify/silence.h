// Silences: what a person has asked to be quiet about, and until when (Alertmanager's silences,
// without a cluster). Pure: no I/O, no clock, no thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "agent/base/result.h"
#include "agent/base/time.h"
#include "alerting/notify/matchers.h"

namespace lapwing::alerting {

/// Alerts whose silences are remembered.
inline constexpr std::size_t kSilenceCacheLimit = 100'000;
/// Silences held at most, the ended ones that are still shown included.
inline constexpr std::size_t kSilenceLimit = 10'000;
inline constexpr std::size_t kSilenceBytesLimit = 64 * 1024;  ///< of one, as JSON
/// How long an ended one is still shown (Alertmanager's data.retention).
inline constexpr Duration kSilenceRetention = 120h;

enum class SilenceState { Expired, Active, Pending };

/// "expired", "active", "pending".
std::string_view name(SilenceState state);

struct Silence {
  std::string id;  ///< a UUID; "" for one that is to be made
  Matchers matchers;
  Timestamp starts_at{};
  Timestamp ends_at{};
  Timestamp updated_at{};
  std::string created_by;
  std::string comment;

  SilenceState state(Timestamp now) const;
};

class Silences {
 public:
  using MakeId = std::function<std::string()>;

  /// `make_id` gives a new UUID.
  explicit Silences(std::vector<Silence> kept = {}, MakeId make_id = random_uuid);

  /// What a change touched: to be written down.
  struct Change {
    std::string id;               ///< of the silence that now stands
    std::vector<Silence> stored;  ///< it, and the one that it took the place of
  };
  /// Makes or changes a silence. Changing another thing than the end of one that has begun ends it
  /// and makes another. NoData: no silence has that id. Invalid: in Alertmanager's words.
  Result<Change> set(Silence silence, Timestamp now);
  /// Ends it now; one that has ended stays as it is. NoData: no silence has that id.
  Result<Change> expire(std::string_view id, Timestamp now);

  /// Ids of the active ones that quiet an alert with these labels, sorted.
  std::vector<std::string> silencing(const Labels& labels, Timestamp now) const;
  bool any_active(Timestamp now) const;
  /// nullptr when there is none.
  const Silence* find(std::string_view id) const;
  /// Active ones by end, then pending ones by start, then ended ones, the newest end first.
  std::vector<Silence> all(Timestamp now) const;
  /// Drops what ended longer ago than kSilenceRetention; the ids.
  std::vector<std::string> forget_old(Timestamp now);

  static std::string random_uuid();

 private:
  /// Ids of the silences, ended ones too, that match these labels. Valid until the next call.
  const std::vector<std::string>& matching(const Labels& labels) const;
  void index(const Silence& silence);
  void index_all();

  std::map<std::string, Silence, std::less<>> silences_;  // by id
  MakeId make_id_;
  // A silence with an equal matcher is looked at for alerts with that label alone; what was found
  // is remembered until a silence is made. Matchers never change under one id.
  std::unordered_map<std::string, std::vector<std::string>> by_equal_;  // label, 0xff, value → ids
  std::vector<std::string> without_equal_;                              // ids
  mutable std::unordered_map<Labels, std::vector<std::string>> found_;
};

bool is_uuid(std::string_view text);

/// Alertmanager's JSON of a silence (its API v2); with `state` when `now` is not null.
std::string encode_silence(const Silence& silence, const Timestamp* now = nullptr);
/// Reads what encode_silence() or an API client wrote. Invalid with the reason.
Result<Silence> decode_silence(std::string_view json);

}  // namespace lapwing::alerting

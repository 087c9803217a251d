#include "alerting/notify/silence.h"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "agent/base/json.h"
#include "agent/base/json_value.h"

namespace lapwing::alerting {
namespace {

bool same_matchers(const Matchers& a, const Matchers& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Matcher& x, const Matcher& y) {
    return x.kind() == y.kind() && x.label() == y.label() && x.value() == y.value();
  });
}

/// Whether `silence` may stand in the place of `old` under the same id.
bool can_update(const Silence& old, const Silence& silence, Timestamp now) {
  if (!same_matchers(old.matchers, silence.matchers)) return false;
  switch (old.state(now)) {
    case SilenceState::Active:
      return silence.starts_at == old.starts_at && silence.ends_at >= now;
    case SilenceState::Pending:
      return silence.starts_at >= now;
    case SilenceState::Expired:
      break;
  }
  return false;
}

Result<void> check(const Silence& silence, Timestamp now) {
  if (silence.starts_at >= silence.ends_at)
    return invalid("Failed to create silence: start time must be before end time");
  if (silence.ends_at < now)
    return invalid("Failed to create silence: end time can't be in the past");
  const bool all_empty =
      std::all_of(silence.matchers.begin(), silence.matchers.end(),
                  [](const Matcher& matcher) { return matcher.matches(std::string_view()); });
  if (all_empty)
    return invalid(
        "invalid silence: matcher set 0: at least one matcher must not match the empty string");
  return {};
}

Result<Matcher> decode_matcher(const JsonValue& json) {
  const auto flag = [&](std::string_view name, bool fallback) {
    const JsonValue* value = json.find(name);
    return value != nullptr && value->kind == JsonValue::Kind::Boolean ? value->boolean : fallback;
  };
  const std::string name(json.string_at("name"));
  if (name.empty()) return invalid("name of a matcher in body is required");
  if (const JsonValue* value = json.find("value");
      value == nullptr || value->kind != JsonValue::Kind::String)
    return invalid("value of a matcher in body is required");
  const bool equal = flag("isEqual", true);
  const bool regex = flag("isRegex", false);
  const MatchKind kind = regex ? (equal ? MatchKind::Regex : MatchKind::NotRegex)
                               : (equal ? MatchKind::Equal : MatchKind::NotEqual);
  return Matcher::create(kind, name, std::string(json.string_at("value")));
}

Result<Timestamp> decode_time(const JsonValue& json, std::string_view member) {
  const std::string_view text = json.string_at(member);
  if (text.empty()) return invalid(std::string(member) + " in body is required");
  return parse_rfc3339(text);
}

}  // namespace

std::string_view name(SilenceState state) {
  switch (state) {
    case SilenceState::Active:
      return "active";
    case SilenceState::Pending:
      return "pending";
    case SilenceState::Expired:
      break;
  }
  return "expired";
}

SilenceState Silence::state(Timestamp now) const {
  if (now < starts_at) return SilenceState::Pending;
  return now < ends_at ? SilenceState::Active : SilenceState::Expired;
}

Silences::Silences(std::vector<Silence> kept, MakeId make_id) : make_id_(std::move(make_id)) {
  for (Silence& silence : kept) {
    std::string id = silence.id;
    silences_.insert_or_assign(std::move(id), std::move(silence));
  }
  index_all();
}

void Silences::index(const Silence& silence) {
  found_.clear();
  for (const Matcher& matcher : silence.matchers) {
    if (matcher.kind() != MatchKind::Equal || matcher.value().empty()) continue;
    by_equal_[matcher.label() + '\xff' + matcher.value()].push_back(silence.id);
    return;
  }
  without_equal_.push_back(silence.id);
}

void Silences::index_all() {
  by_equal_.clear();
  without_equal_.clear();
  for (const auto& [id, silence] : silences_) index(silence);
}

const std::vector<std::string>& Silences::matching(const Labels& labels) const {
  if (const auto known = found_.find(labels); known != found_.end()) return known->second;
  if (found_.size() >= kSilenceCacheLimit) found_.clear();
  std::vector<std::string> ids;
  const auto look = [&](const std::vector<std::string>& candidates) {
    for (const std::string& id : candidates)
      if (matches_all(silences_.at(id).matchers, labels)) ids.push_back(id);
  };
  look(without_equal_);
  std::string key;
  for (const Label label : labels) {
    key.assign(label.name).append(1, '\xff').append(label.value);
    if (const auto found = by_equal_.find(key); found != by_equal_.end()) look(found->second);
  }
  std::sort(ids.begin(), ids.end());
  return found_.emplace(labels, std::move(ids)).first->second;
}

Result<Silences::Change> Silences::set(Silence silence, Timestamp now) {
  if (auto sound = check(silence, now); !sound) return sound.error();
  Change change;
  if (!silence.id.empty()) {
    const auto found = silences_.find(silence.id);
    if (found == silences_.end()) return no_data("silence not found");
    Silence& old = found->second;
    if (can_update(old, silence, now)) {
      silence.updated_at = now;
      old = silence;
      return Change{silence.id, {std::move(silence)}};
    }
    if (old.state(now) != SilenceState::Expired) {
      old.ends_at = now;
      old.starts_at = std::min(old.starts_at, now);
      old.updated_at = now;
      change.stored.push_back(old);
    }
  }
  if (silences_.size() >= kSilenceLimit)
    return unavailable("there are " + std::to_string(kSilenceLimit) +
                       " silences already: let some end first");
  silence.id = make_id_();
  silence.starts_at = std::max(silence.starts_at, now);
  silence.updated_at = now;
  change.id = silence.id;
  change.stored.push_back(silence);
  index(silence);
  silences_.insert_or_assign(change.id, std::move(silence));
  return change;
}

Result<Silences::Change> Silences::expire(std::string_view id, Timestamp now) {
  const auto found = silences_.find(id);
  if (found == silences_.end()) return no_data("silence not found");
  Silence& silence = found->second;
  Change change{silence.id, {}};
  if (silence.state(now) == SilenceState::Expired) return change;
  silence.ends_at = now;
  silence.starts_at = std::min(silence.starts_at, now);
  silence.updated_at = now;
  change.stored.push_back(silence);
  return change;
}

std::vector<std::string> Silences::silencing(const Labels& labels, Timestamp now) const {
  std::vector<std::string> ids;
  if (silences_.empty()) return ids;
  for (const std::string& id : matching(labels))
    if (silences_.at(id).state(now) == SilenceState::Active) ids.push_back(id);
  return ids;
}

bool Silences::any_active(Timestamp now) const {
  return std::any_of(silences_.begin(), silences_.end(), [&](const auto& item) {
    return item.second.state(now) == SilenceState::Active;
  });
}

const Silence* Silences::find(std::string_view id) const {
  const auto found = silences_.find(id);
  return found == silences_.end() ? nullptr : &found->second;
}

std::vector<Silence> Silences::all(Timestamp now) const {
  const auto rank = [&](const Silence& silence) {
    switch (silence.state(now)) {
      case SilenceState::Active:
        return std::pair(0, to_millis(silence.ends_at));
      case SilenceState::Pending:
        return std::pair(1, to_millis(silence.starts_at));
      case SilenceState::Expired:
        break;
    }
    return std::pair(2, -to_millis(silence.ends_at));
  };
  std::vector<Silence> list;
  for (const auto& [id, silence] : silences_) list.push_back(silence);
  std::stable_sort(list.begin(), list.end(),
                   [&](const Silence& a, const Silence& b) { return rank(a) < rank(b); });
  return list;
}

std::vector<std::string> Silences::forget_old(Timestamp now) {
  std::vector<std::string> ids;
  std::erase_if(silences_, [&](const auto& item) {
    if (item.second.ends_at + kSilenceRetention >= now) return false;
    ids.push_back(item.first);
    return true;
  });
  if (!ids.empty()) index_all();
  return ids;
}

std::string Silences::random_uuid() {
  std::array<unsigned char, 16> bytes{};
  // 16 bytes are never given in part, and the call cannot fail for so few (getrandom(2)).
  if (getrandom(bytes.data(), bytes.size(), 0) != ssize_t(bytes.size())) bytes.fill(0);
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0f) | 0x40);  // version 4, RFC 9562
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3f) | 0x80);
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    char digits[3];
    std::snprintf(digits, sizeof digits, "%02x", bytes[i]);
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += digits;
  }
  return text;
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const bool digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (dash ? c != '-' : !digit) return false;
  }
  return true;
}

std::string encode_silence(const Silence& silence, const Timestamp* now) {
  std::string text;
  JsonWriter json(text);
  json.begin_object().key("id").string(silence.id);
  if (now != nullptr)
    json.key("status").begin_object().key("state").string(name(silence.state(*now))).end_object();
  json.key("updatedAt").string(format_rfc3339_millis(silence.updated_at));
  json.key("comment").string(silence.comment);
  json.key("createdBy").string(silence.created_by);
  json.key("endsAt").string(format_rfc3339_millis(silence.ends_at));
  json.key("matchers").begin_array();
  for (const Matcher& matcher : silence.matchers) {
    const MatchKind kind = matcher.kind();
    json.begin_object();
    json.key("isEqual").boolean(kind == MatchKind::Equal || kind == MatchKind::Regex);
    json.key("isRegex").boolean(kind == MatchKind::Regex || kind == MatchKind::NotRegex);
    json.key("name").string(matcher.label());
    json.key("value").string(matcher.value());
    json.end_object();
  }
  json.end_array().key("startsAt").string(format_rfc3339_millis(silence.starts_at)).end_object();
  return text;
}

Result<Silence> decode_silence(std::string_view text) {
  const auto json = parse_json(text);
  if (!json) return json.error();
  Silence silence;
  silence.id = json->string_at("id");
  for (const std::string_view member : {"comment", "createdBy"})
    if (json->find(member) == nullptr) return invalid(std::string(member) + " in body is required");
  silence.comment = json->string_at("comment");
  silence.created_by = json->string_at("createdBy");
  const JsonValue* matchers = json->find("matchers");
  if (matchers == nullptr || matchers->kind != JsonValue::Kind::Array)
    return invalid("matchers in body is required");
  if (matchers->items.empty()) return invalid("matchers in body should have at least 1 items");
  for (const JsonValue& item : matchers->items) {
    auto matcher = decode_matcher(item);
    if (!matcher) return std::move(matcher).error().in("invalid silence");
    silence.matchers.push_back(*std::move(matcher));
  }
  auto starts_at = decode_time(*json, "startsAt");
  if (!starts_at) return starts_at.error();
  auto ends_at = decode_time(*json, "endsAt");
  if (!ends_at) return ends_at.error();
  silence.starts_at = *starts_at;
  silence.ends_at = *ends_at;
  if (const std::string_view updated = json->string_at("updatedAt"); !updated.empty())
    if (const auto time = parse_rfc3339(updated)) silence.updated_at = *time;
  return silence;
}

}  // namespace lapwing::alerting

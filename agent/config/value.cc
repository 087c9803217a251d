#include "agent/config/value.h"

#include <algorithm>

namespace lapwing::config {

std::string Place::to_string() const {
  if (line <= 0) return file;
  return file + ":" + std::to_string(line) + ":" + std::to_string(column);
}

const std::vector<Value>& Value::items() const {
  static const std::vector<Value> none;
  return items_ ? *items_ : none;
}

const std::vector<Value::Entry>& Value::entries() const {
  static const std::vector<Entry> none;
  return entries_ ? *entries_ : none;
}

const Value* Value::find(std::string_view key) const {
  const auto& all = entries();
  const auto at =
      std::find_if(all.begin(), all.end(), [&](const Entry& entry) { return entry.key == key; });
  return at == all.end() ? nullptr : &at->value;
}

Value Value::null(Place place) {
  Value value;
  value.place_ = std::make_shared<const Place>(std::move(place));
  return value;
}

Value Value::scalar(Place place, std::string text, bool quoted) {
  Value value = null(std::move(place));
  value.kind_ = Kind::Scalar;
  value.text_ = std::move(text);
  value.quoted_ = quoted;
  return value;
}

Value Value::list(Place place, std::vector<Value> items) {
  Value value = null(std::move(place));
  value.kind_ = Kind::List;
  value.items_ = std::make_shared<const std::vector<Value>>(std::move(items));
  return value;
}

Value Value::map(Place place, std::vector<Entry> entries) {
  Value value = null(std::move(place));
  value.kind_ = Kind::Map;
  value.entries_ = std::make_shared<const std::vector<Entry>>(std::move(entries));
  return value;
}

}  // namespace lapwing::config

#include "agent/base/json_value.h"

#include <rapidjson/error/en.h>
#include <rapidjson/reader.h>

namespace lapwing {
namespace {

constexpr std::size_t kDepthLimit = 64;

/// Builds the tree from the reader's events; a false answer ends the parse.
class TreeBuilder {
 public:
  explicit TreeBuilder(JsonValue& root) : root_(root) {}

  bool Null() { return place({}); }
  bool Bool(bool value) { return place({.kind = JsonValue::Kind::Boolean, .boolean = value}); }
  bool Int(int value) { return Double(value); }
  bool Uint(unsigned value) { return Double(value); }
  bool Int64(std::int64_t value) { return Double(double(value)); }
  bool Uint64(std::uint64_t value) { return Double(double(value)); }
  bool Double(double value) { return place({.kind = JsonValue::Kind::Number, .number = value}); }
  bool RawNumber(const char*, rapidjson::SizeType, bool) { return false; }
  bool String(const char* text, rapidjson::SizeType size, bool) {
    return place({.kind = JsonValue::Kind::String, .text = std::string(text, size)});
  }
  bool Key(const char* text, rapidjson::SizeType size, bool) {
    open_.back()->members.push_back({std::string(text, size), {}});
    return true;
  }
  bool StartObject() { return enter(JsonValue::Kind::Object); }
  bool EndObject(rapidjson::SizeType) { return leave(); }
  bool StartArray() { return enter(JsonValue::Kind::Array); }
  bool EndArray(rapidjson::SizeType) { return leave(); }

 private:
  JsonValue& slot() {
    if (open_.empty()) return root_;
    JsonValue& parent = *open_.back();
    if (parent.kind == JsonValue::Kind::Object) return parent.members.back().value;
    return parent.items.emplace_back();
  }
  bool place(JsonValue value) {
    slot() = std::move(value);
    return true;
  }
  bool enter(JsonValue::Kind kind) {
    if (open_.size() == kDepthLimit) return false;
    JsonValue& value = slot();
    value.kind = kind;
    open_.push_back(&value);
    return true;
  }
  bool leave() {
    open_.pop_back();
    return true;
  }

  JsonValue& root_;
  std::vector<JsonValue*> open_;  // from the root to the innermost; siblings are not touched
};

}  // namespace

const JsonValue* JsonValue::find(std::string_view member) const {
  for (const Member& candidate : members)
    if (candidate.name == member) return &candidate.value;
  return nullptr;
}

std::string_view JsonValue::string_at(std::string_view member) const {
  const JsonValue* found = find(member);
  return found != nullptr ? std::string_view(found->text) : std::string_view();
}

Result<JsonValue> parse_json(std::string_view text) {
  JsonValue root;
  TreeBuilder builder(root);
  rapidjson::MemoryStream stream(text.data(), text.size());
  rapidjson::Reader reader;
  // Iterative: deep nesting must not recurse on our stack.
  constexpr unsigned kFlags = rapidjson::kParseIterativeFlag | rapidjson::kParseFullPrecisionFlag |
                              rapidjson::kParseValidateEncodingFlag;
  const auto parsed = reader.Parse<kFlags>(stream, builder);
  if (parsed.IsError()) {
    const char* why = parsed.Code() == rapidjson::kParseErrorTermination
                          ? "nested too deeply"
                          : rapidjson::GetParseError_En(parsed.Code());
    return invalid("not JSON at byte " + std::to_string(parsed.Offset()) + ": " + why);
  }
  return root;
}

}  // namespace lapwing

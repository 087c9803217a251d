// Plays the requests of tests/golden/dashboard/prometheus.txt, whose answers a real Prometheus
// gave over the fixture's data (`./dev prove api --record`), and compares the JSON.
#include <fstream>

#include "agent/base/json_value.h"
#include "tests/dashboard/fixture.h"

namespace lapwing::dashboard {
namespace {

/// The value as text with members in the order of their names: equal for equal values.
void append_canonical(std::string& out, const JsonValue& value) {
  switch (value.kind) {
    case JsonValue::Kind::Null:
      out += "null";
      break;
    case JsonValue::Kind::Boolean:
      out += value.boolean ? "true" : "false";
      break;
    case JsonValue::Kind::Number:
      out += std::to_string(value.number);
      break;
    case JsonValue::Kind::String:
      append_quoted(out, value.text);
      break;
    case JsonValue::Kind::Array:
      out += '[';
      for (const JsonValue& item : value.items) {
        append_canonical(out, item);
        out += ',';
      }
      out += ']';
      break;
    case JsonValue::Kind::Object:
      std::map<std::string, const JsonValue*> sorted;
      for (const JsonValue::Member& member : value.members) sorted[member.name] = &member.value;
      out += '{';
      for (const auto& [name, inner] : sorted) {
        out += name + ":";
        append_canonical(out, *inner);
        out += ',';
      }
      out += '}';
      break;
  }
}

std::string canonical(const std::string& text) {
  const Result<JsonValue> value = parse_json(text);
  if (!value) return text;
  std::string out;
  append_canonical(out, *value);
  return out;
}

TEST_CASE("api: answers are those that Prometheus gave over the same data") {
  testing::Fixture fixture;
  std::ifstream file(std::string(LAPWING_SOURCE_DIR) + "/tests/golden/dashboard/prometheus.txt");
  std::string line, wanted;
  int requests = 0;
  while (std::getline(file, line)) {
    if (line.starts_with('#')) continue;
    REQUIRE(std::getline(file, wanted));
    std::istringstream words(line);
    std::string method, target, form;
    words >> method >> target >> form;
    const http::Response response = fixture.ask(method, target, form);
    ++requests;
    const std::string status = std::to_string(response.status) + " ";
    if (wanted.starts_with(status) &&
        canonical(response.body) == canonical(wanted.substr(status.size())))
      continue;
    UNSCOPED_INFO(line);
    CHECK(status + response.body == wanted);
  }
  CHECK(requests > 500);
}

}  // namespace
}  // namespace lapwing::dashboard

// Any text as a configuration file: it parses or is refused, and every reader survives the tree.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "agent/config/mapping.h"
#include "agent/config/print.h"

namespace {

using lapwing::config::Mapping;
using lapwing::config::Value;

/// Reads every key with every reader, down the tree as deep as it goes.
void read_everything(Mapping& mapping, const Value& value) {
  for (const Value::Entry& entry : value.entries()) {
    mapping.string(entry.key);
    mapping.secret(entry.key);
    mapping.flag(entry.key, false);
    mapping.integer(entry.key, 1, 0, 100);
    mapping.number(entry.key, 1);
    mapping.duration(entry.key, lapwing::Duration(1));
    mapping.size_bytes(entry.key, 1);
    mapping.choice(entry.key, "a", {"a", "b"});
    mapping.strings(entry.key);
    mapping.string_map(entry.key);
    mapping.paths(entry.key);
    mapping.section(entry.key, [&](Mapping& below) { read_everything(below, entry.value); });
    std::size_t index = 0;
    mapping.each(entry.key, [&](Mapping& below) {
      const auto& items = entry.value.items();
      while (index < items.size() && items[index].kind() != Value::Kind::Map) ++index;
      if (index < items.size()) read_everything(below, items[index++]);
    });
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto parsed = lapwing::config::parse_yaml("fuzz.yml", text);
  if (!parsed) {
    // Whoever reads the message must know which file it is about.
    if (parsed.error().message.rfind("fuzz.yml:", 0) != 0) std::abort();
    return 0;
  }
  // What aliases stand for is walked as often as it is named: keep such inputs quick.
  if (size > 64 * 1024) return 0;
  lapwing::config::Diagnostics diagnostics;
  Mapping mapping(*parsed, "", diagnostics);
  if (parsed->kind() == Value::Kind::Map) read_everything(mapping, *parsed);
  mapping.finish();
  (void)diagnostics.result();
  // What is printed is YAML of the same shape, whatever stood there.
  if (parsed->kind() != Value::Kind::Map) return 0;
  const std::string printed = lapwing::config::print_yaml(*parsed);
  if (printed.size() > 1u << 20) return 0;
  const auto again = lapwing::config::parse_yaml("again.yml", printed);
  if (!again || again->entries().size() != parsed->entries().size()) std::abort();
  return 0;
}

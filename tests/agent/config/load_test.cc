#include <catch2/catch.hpp>

#include "agent/config/value.h"

namespace lapwing::config {
namespace {

std::string failure(std::string_view text) {
  const auto parsed = parse_yaml("f.yml", text);
  return parsed.ok() ? "parsed" : parsed.error().message;
}

}  // namespace

TEST_CASE("yaml: every node knows its place") {
  const auto parsed = parse_yaml("f.yml", "global:\n  scrape_interval: 15s\nrules:\n  - a: 1\n");
  REQUIRE(parsed.ok());
  const Value* interval = parsed->find("global")->find("scrape_interval");
  REQUIRE(interval != nullptr);
  CHECK(interval->text() == "15s");
  CHECK_FALSE(interval->quoted());
  CHECK(interval->place().to_string() == "f.yml:2:20");
  CHECK(parsed->entries()[1].key_place.to_string() == "f.yml:3:1");
  const Value* rules = parsed->find("rules");
  REQUIRE(rules->kind() == Value::Kind::List);
  CHECK(rules->items()[0].place().to_string() == "f.yml:4:5");
  CHECK(rules->items()[0].find("a")->place().to_string() == "f.yml:4:8");
}

TEST_CASE("yaml: an empty file, or one of comments, is Null") {
  CHECK(parse_yaml("f.yml", "")->kind() == Value::Kind::Null);
  CHECK(parse_yaml("f.yml", "# nothing\n\n")->kind() == Value::Kind::Null);
  CHECK(parse_yaml("f.yml", "---\n")->kind() == Value::Kind::Null);
}

TEST_CASE("yaml: nothing, ~ and null are Null, and quoted they are texts") {
  const auto parsed = parse_yaml("f.yml", "a:\nb: ~\nc: null\nd: \"null\"\ne: '~'\nf: |\n  x\n");
  REQUIRE(parsed.ok());
  for (const char* key : {"a", "b", "c"}) CHECK(parsed->find(key)->kind() == Value::Kind::Null);
  CHECK(parsed->find("a")->place().to_string() == "f.yml:1:1");
  CHECK(parsed->find("d")->text() == "null");
  CHECK(parsed->find("d")->quoted());
  CHECK(parsed->find("e")->text() == "~");
  CHECK(parsed->find("f")->text() == "x\n");
  CHECK(parsed->find("f")->quoted());
}

TEST_CASE("yaml: flow style, escapes and other scripts") {
  const auto parsed = parse_yaml("f.yml", R"({a: [1, "x\ty"], "ключ": значение})");
  REQUIRE(parsed.ok());
  CHECK(parsed->find("a")->items()[1].text() == "x\ty");
  CHECK(parsed->find("ключ")->text() == "значение");
}

TEST_CASE("yaml: nothing is expanded from the environment") {
  CHECK(parse_yaml("f.yml", "a: ${HOME} $HOME")->find("a")->text() == "${HOME} $HOME");
}

TEST_CASE("yaml: a key that stands twice names both places") {
  CHECK(failure("a: 1\nb: 2\na: 3\n") == "f.yml:3:1: the key \"a\" stands at f.yml:1:1 already");
  CHECK(failure("x:\n  a: 1\n  a: 1\n") == "f.yml:3:3: the key \"a\" stands at f.yml:2:3 already");
}

TEST_CASE("yaml: anchors, aliases and merge keys") {
  const auto parsed = parse_yaml("f.yml",
                                 "base: &base {a: 1, b: 2}\n"
                                 "other: &other {b: 3, c: 4}\n"
                                 "one: {<<: *base, a: 9}\n"
                                 "two:\n  <<: [*base, *other]\n"
                                 "same: *base\n"
                                 "quoted: {\"<<\": text}\n");
  REQUIRE(parsed.ok());
  CHECK(parsed->find("one")->find("a")->text() == "9");
  CHECK(parsed->find("one")->find("b")->text() == "2");
  CHECK(parsed->find("two")->find("b")->text() == "2");
  CHECK(parsed->find("two")->find("c")->text() == "4");
  CHECK(parsed->find("one")->entries().size() == 2);
  CHECK(parsed->find("two")->entries().size() == 3);
  CHECK(parsed->find("same")->find("a")->text() == "1");
  CHECK(parsed->find("quoted")->find("<<")->text() == "text");
}

TEST_CASE("yaml: aliases that are wrong are Invalid") {
  CHECK(failure("a: *b\n") == "f.yml:1:4: the alias names an anchor that stands nowhere above");
  CHECK(failure("a: &a [*a]\n").find("f.yml:1:8: an alias inside") == 0);
  CHECK(failure("a: {<<: 5}\n") == "f.yml:1:5: expected a map, or a list of maps, below \"<<\"");
}

TEST_CASE("yaml: a short text that stands for a billion values is refused") {
  std::string text = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i < 10; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 10; ++j) text += (j > 0 ? "," : "") + before;
    text += "]\n";
  }
  CHECK(failure(text).find("f.yml:6:") == 0);
  CHECK(failure(text).find("more than 200000 values") != std::string::npos);
}

TEST_CASE("yaml: depth is bounded, through aliases too") {
  CHECK(parse_yaml("f.yml", std::string(64, '[') + std::string(64, ']')).ok());
  CHECK(failure(std::string(65, '[') + std::string(65, ']')) ==
        "f.yml:1:65: nested deeper than 64 levels");
  CHECK(failure(std::string(100'000, '[')).find("nested deeper") != std::string::npos);
  const std::string deep = std::string(40, '[') + std::string(40, ']');
  CHECK(parse_yaml("f.yml", "- &a " + deep + "\n- [[[*a]]]\n").ok());
  CHECK(failure("- &a " + deep + "\n- " + std::string(30, '[') + "*a" + std::string(30, ']'))
            .find("nested deeper") != std::string::npos);
}

TEST_CASE("yaml: an overlong text is refused") {
  CHECK(failure(std::string((4u << 20) + 1, ' ')) == "f.yml: larger than 4 MiB");
}

TEST_CASE("yaml: a broken text is Invalid with its place, in plain words") {
  CHECK(failure("a: b: c\n").find("f.yml:1:5: no second value can stand here") == 0);
  CHECK(failure("a: [1, 2\n").find("f.yml:2:1: expected \",\" or \"]\"") == 0);
  CHECK(failure("a: {b: 1\n").find("f.yml:2:1: expected \",\" or \"}\"") == 0);
  CHECK(failure("a: \"open\n---\n").find("the closing quote is missing") != std::string::npos);
  CHECK(failure("a:\n\t- b\n").find("f.yml:2:") == 0);
  CHECK(failure("a: 1\n  b: 2\n").find("f.yml:2:") == 0);
  CHECK(failure("a: @x\n").find("f.yml:1:4: no value can begin with this character") == 0);
  CHECK(failure("[a]: 1\n").find("f.yml:1:1: expected a text as the key") == 0);
  CHECK(failure("a: !mine x\n").find("f.yml:1:4: the tag \"!mine\" is not known") == 0);
  CHECK(failure("a: 1\n---\nb: 2\n").find("expected the end of the file") != std::string::npos);
}

TEST_CASE("yaml: a quote that nothing closes is Invalid, not the rest of the file") {
  CHECK(failure("a: \"open\nb: 1\n") == "f.yml:1:4: the closing quote is missing");
  CHECK(failure("a: 'open\nb: it''s\n") == "f.yml:1:4: the closing quote is missing");
  CHECK(failure("a: !!str &x \"open\\\"\n").find("the closing quote is missing") !=
        std::string::npos);
  CHECK(parse_yaml("f.yml",
                   "\xef\xbb\xbf"
                   "a: 'it''s'")
            ->find("a")
            ->text() == "it's");
  CHECK(parse_yaml("f.yml", "ä: \"a\\\"\"\r\n")->find("ä")->text() == "a\"");
  CHECK(parse_yaml("f.yml", "a: |\n  \"open\n")->find("a")->text() == "\"open\n");
}

TEST_CASE("yaml: bytes that no configuration holds are Invalid with their place") {
  CHECK(failure("a: b\nc: \xff\n") == "f.yml:2:4: a byte that is not UTF-8");
  CHECK(failure(std::string_view("a: \x04\n", 5)).find("f.yml:1:4: a control character") == 0);
  CHECK(failure(std::string_view("a\0b", 3)).find("f.yml:1:2: a control character") == 0);
}

TEST_CASE("yaml: core tags say what a value is") {
  const auto parsed = parse_yaml("f.yml", "a: !!str null\nb: !!int 5\n");
  REQUIRE(parsed.ok());
  CHECK(parsed->find("a")->text() == "null");
  CHECK(parsed->find("a")->quoted());
  CHECK_FALSE(parsed->find("b")->quoted());
}

}  // namespace lapwing::config

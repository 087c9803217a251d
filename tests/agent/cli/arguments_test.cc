#include "agent/cli/arguments.h"

#include <array>
#include <catch2/catch.hpp>

namespace lapwing::cli {
namespace {

constexpr std::array<Option, 3> kOptions = {{
    {"config", "FILE", "a configuration file\n(may be given several times)", true},
    {"listen", "HOST:PORT", "where to listen"},
    {"quiet", "", "say less"},
}};
constexpr Syntax kSyntax = {.command = "lapwing try",
                            .operands = "WORD [WORD]",
                            .summary = "Tries.",
                            .options = kOptions,
                            .least_operands = 1,
                            .most_operands = 2,
                            .details = "Example:\n  lapwing try x"};

Result<Arguments> parse(std::vector<std::string> words) { return parse_arguments(kSyntax, words); }

std::string error_of(std::vector<std::string> words) {
  const Result<Arguments> arguments = parse(std::move(words));
  REQUIRE_FALSE(arguments.ok());
  return arguments.error().message;
}

TEST_CASE("arguments: options and operands in any order") {
  const auto arguments =
      parse({"one", "--config", "a.yml", "--quiet", "--listen=:80", "two", "--config=b=c.yml"});
  REQUIRE(arguments.ok());
  CHECK_FALSE(arguments->help());
  CHECK(arguments->operands() == std::vector<std::string>{"one", "two"});
  CHECK(arguments->get("listen") == ":80");
  CHECK(arguments->has("quiet"));
  REQUIRE(arguments->all("config").size() == 2);
  CHECK(arguments->all("config")[1] == "b=c.yml");
}

TEST_CASE("arguments: what was not given has its fallback") {
  const auto arguments = parse({"one"});
  REQUIRE(arguments.ok());
  CHECK(arguments->get("listen", "here") == "here");
  CHECK_FALSE(arguments->has("quiet"));
  CHECK(arguments->all("config").empty());
}

TEST_CASE("arguments: an empty value is a value") {
  const auto arguments = parse({"--listen=", "--config", "", "one"});
  REQUIRE(arguments.ok());
  CHECK(arguments->has("listen"));
  CHECK(arguments->get("listen", "here").empty());
  CHECK(arguments->has("config"));
}

TEST_CASE("arguments: words with one dash, and all after --, are operands") {
  CHECK(parse({"-up"})->operands() == std::vector<std::string>{"-up"});
  CHECK(parse({"--", "--listen"})->operands() == std::vector<std::string>{"--listen"});
  CHECK(parse({"--", "--help"})->operands() == std::vector<std::string>{"--help"});
}

TEST_CASE("arguments: help wins over every mistake") {
  CHECK(parse({"--help"})->help());
  CHECK(parse({"--nosuch", "-h"})->help());
}

TEST_CASE("arguments: an unknown option names the nearest one") {
  CHECK(error_of({"--lisetn", "x"}) == "unknown option --lisetn; did you mean --listen?");
  CHECK(error_of({"--hepl"}) == "unknown option --hepl; did you mean --help?");
  CHECK(error_of({"--zzz=1"}) == "unknown option --zzz; \"lapwing try --help\" lists the options");
}

TEST_CASE("arguments: missing, unwanted and repeated values are told") {
  CHECK(error_of({"one", "--listen"}) == "--listen needs a value: --listen HOST:PORT");
  CHECK(error_of({"one", "--quiet=1"}) == "--quiet takes no value");
  CHECK(error_of({"one", "--listen", "a", "--listen=b"}) == "--listen is given twice");
}

TEST_CASE("arguments: too few and too many operands are told") {
  CHECK(error_of({}) ==
        "lapwing try needs WORD [WORD]; \"lapwing try --help\" shows how to call it");
  CHECK(error_of({"a", "b", "c"}).starts_with("\"c\" is one argument too many"));
}

TEST_CASE("arguments: help shows every option, aligned") {
  CHECK(help_text(kSyntax) == R"(Usage: lapwing try WORD [WORD] [OPTION…]

Tries.

Options:
  --config FILE             a configuration file
                            (may be given several times)
  --listen HOST:PORT        where to listen
  --quiet                   say less
  --help                    show this text

Example:
  lapwing try x
)");
}

TEST_CASE("nearest: a slip is forgiven, another word is not") {
  const std::array<std::string_view, 3> words{"run", "check", "query"};
  CHECK(nearest("qeury", words) == "query");
  CHECK(nearest("chek", words) == "check");
  CHECK(nearest("rnu", words) == "run");
  CHECK(nearest("status", words).empty());
  CHECK(nearest("", words).empty());
}

}  // namespace
}  // namespace lapwing::cli

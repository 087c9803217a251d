#include "agent/cli/terminal.h"

#include <catch2/catch.hpp>

namespace lapwing::cli {
namespace {

TEST_CASE("terminal: style only where there is colour") {
  CHECK(styled({.colour = false}, Style::Heading, "x") == "x");
  CHECK(styled({.colour = true}, Style::Heading, "x") == "\x1b[1mx\x1b[0m");
  CHECK(styled({.colour = true}, Style::Plain, "x") == "x");
  CHECK(styled({.colour = true}, Style::Accent, "") == "");
}

TEST_CASE("terminal: control characters and broken text are not shown") {
  CHECK(printable("a\x1b[31mb\n\t\x7f") == "a?[31mb???");
  CHECK(printable("caf\xC3\xA9 \xF0\x9F\x98\x80") == "caf\xC3\xA9 \xF0\x9F\x98\x80");
  CHECK(printable("\xC2\x9B"
                  "31m \xFF\xC3") == "?31m ??");
}

TEST_CASE("terminal: a character is a column") {
  CHECK(text_columns("") == 0);
  CHECK(text_columns("abc") == 3);
  CHECK(text_columns("\xC3\xA9\xE2\x96\x88") == 2);
}

}  // namespace
}  // namespace lapwing::cli

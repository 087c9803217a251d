#include "agent/cli/progress.h"

#include <catch2/catch.hpp>

#include "agent/cli/terminal.h"

using namespace lapwing;
using namespace lapwing::cli;

TEST_CASE("progress: a terminal sees one line, ten times a second, cut to its width") {
  Progress progress({.terminal = true, .unicode = true, .columns = 40});
  CHECK(progress.show(0s, 0.0, "nothing yet") == "");
  CHECK(progress.clear() == "");
  CHECK(progress.show(99ms, 0.1, "too early") == "");
  const std::string shown = progress.show(100ms, 0.5, "10 samples, 100 a second");
  CHECK(shown == "\r 50 % ████████████░░░░░░░░░░░░ 10 sampl\x1b[K");
  CHECK(text_columns(shown) == 1 + 39 + 3);
  CHECK(progress.show(150ms, 0.5, "too early") == "");
  CHECK(progress.clear() == "\r\x1b[K");
  CHECK(progress.clear() == "");
}

TEST_CASE("progress: without the whole's size there is no bar") {
  Progress progress({.terminal = true, .unicode = false, .columns = 80});
  static_cast<void>(progress.show(0s, {}, ""));
  CHECK(progress.show(1s, {}, "10 samples") == "\r10 samples\x1b[K");
  CHECK(progress.show(2s, 2.0, "x") == "\r100 % ######################## x\x1b[K");
}

TEST_CASE("progress: elsewhere it is a plain line each ten seconds") {
  Progress progress({.terminal = false, .unicode = true, .columns = 80});
  CHECK(progress.show(5s, 0.1, "a") == "");
  CHECK(progress.show(14s, 0.2, "a") == "");
  CHECK(progress.show(15s, 0.25, "10 samples") == " 25 % 10 samples\n");
  CHECK(progress.show(16s, 0.25, "a") == "");
  CHECK(progress.show(25s, {}, "20 samples") == "20 samples\n");
  CHECK(progress.clear() == "");
}

TEST_CASE("progress: numbers for people") {
  CHECK(with_commas(0) == "0");
  CHECK(with_commas(999) == "999");
  CHECK(with_commas(1000) == "1,000");
  CHECK(with_commas(957'930) == "957,930");
  CHECK(with_commas(12'345'678) == "12,345,678");
  CHECK(format_bytes(0) == "0 B");
  CHECK(format_bytes(999) == "999 B");
  CHECK(format_bytes(1500) == "1.50 kB");
  CHECK(format_bytes(312'400) == "312 kB");
  CHECK(format_bytes(99'960) == "100 kB");
  CHECK(format_count(950) == "950");
  CHECK(format_count(12'345) == "12.3 k");
  CHECK(format_count(999'900) == "1.00 M");
  CHECK(format_count(5.1e6) == "5.10 M");
}

#include "agent/http/transfer.h"

#include <catch2/catch.hpp>

using namespace lapwing;
using namespace lapwing::http;

TEST_CASE("transfer: a sound request is valid") {
  CHECK(validate({.url = "http://h:1/p?q=1"}).ok());
  CHECK(validate({.method = "POST", .url = "HTTPS://h/", .headers = {{"X-A", "b"}}}).ok());
}

TEST_CASE("transfer: what cannot be sent is Invalid") {
  CHECK(!validate({.url = ""}).ok());
  CHECK(!validate({.url = "file:///etc/passwd"}).ok());
  CHECK(!validate({.url = "gopher://h/"}).ok());
  CHECK(!validate({.url = "h:80/"}).ok());
  CHECK(!validate({.url = "http://h/a b"}).ok());
  CHECK(!validate({.url = "http://h/\r\nX: y"}).ok());
  CHECK(!validate({.method = "GET /", .url = "http://h/"}).ok());
  CHECK(!validate({.url = "http://h/", .headers = {{"X", "a\r\nY: b"}}}).ok());
  CHECK(!validate({.url = "http://h/", .headers = {{"X Y", "a"}}}).ok());
  CHECK(!validate({.url = "http://h/", .timeout = 0ms}).ok());
  const auto file = validate({.url = "file:///etc/passwd"});
  CHECK(file.error().kind == ErrorKind::Invalid);
}

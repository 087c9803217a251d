#include "agent/http/answer.h"

#include <catch2/catch.hpp>

using namespace lapwing::http;

TEST_CASE("answer: a refusal is plain text with its length, and ends the connection") {
  const Answer answer = refusal_answer(503, "busy", {{"Retry-After", "1"}});
  CHECK(answer.head ==
        "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\n"
        "Content-Type: text/plain; charset=utf-8\r\nContent-Length: 5\r\n"
        "X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n");
  CHECK(answer.body == "busy\n");
  CHECK(!answer.keep_alive);
}

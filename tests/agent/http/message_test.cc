#include "agent/http/message.h"

#include <catch2/catch.hpp>

using namespace lapwing::http;

TEST_CASE("message: the first parameter of a name, all of them, or none") {
  Request request;
  request.parameters = {{"match[]", "a"}, {"x", ""}, {"match[]", "b"}};
  CHECK(request.parameter("match[]") == "a");
  CHECK(request.parameters_named("match[]") == std::vector<std::string>{"a", "b"});
  CHECK(request.has_parameter("x"));
  CHECK(!request.has_parameter("y"));
  CHECK(request.parameter("y") == "");
  CHECK(request.parameters_named("y").empty());
}

TEST_CASE("message: headers are found without case") {
  Request request;
  request.headers = {{"Accept", "text/html"}};
  CHECK(request.header("accept") == "text/html");
  CHECK(request.header("host") == "");
}

TEST_CASE("message: responses carry their type") {
  CHECK(text_response(404, "no").status == 404);
  CHECK(text_response(404, "no").content_type == "text/plain; charset=utf-8");
  CHECK(json_response(200, "{}").content_type == "application/json");
  CHECK(json_response(200, "{}").body == "{}");
}

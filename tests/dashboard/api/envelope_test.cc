#include "dashboard/api/envelope.h"

#include <catch2/catch.hpp>

namespace lapwing::dashboard::api {
namespace {

TEST_CASE("envelope: a success carries data, and notes only when there are any") {
  Success plain;
  plain.json().begin_array().integer(1).end_array();
  const http::Response response = std::move(plain).response();
  CHECK(response.status == 200);
  CHECK(response.content_type == "application/json");
  CHECK(response.body == R"({"status":"success","data":[1]})");

  Success noted;
  noted.text() += "7";
  const std::string warnings[] = {"a \"b\"", "c"};
  const std::string infos[] = {"d"};
  CHECK(std::move(noted).response(warnings, infos).body ==
        R"({"status":"success","data":7,"warnings":["a \"b\"","c"],"infos":["d"]})");
}

TEST_CASE("envelope: a failure's type decides its code") {
  const auto check = [](ErrorType type, int status, std::string_view name) {
    const http::Response response = failure(type, "why");
    CHECK(response.status == status);
    CHECK(response.body ==
          R"({"status":"error","errorType":")" + std::string(name) + R"(","error":"why"})");
  };
  check(ErrorType::BadData, 400, "bad_data");
  check(ErrorType::Execution, 422, "execution");
  check(ErrorType::Timeout, 503, "timeout");
  check(ErrorType::Internal, 500, "internal");
  check(ErrorType::NotFound, 404, "not_found");
  check(ErrorType::Unavailable, 500, "unavailable");
}

TEST_CASE("envelope: an error's kind decides its type") {
  CHECK(failure(no_data("x")).status == 404);
  CHECK(failure(invalid("x")).status == 422);
  CHECK(failure(unavailable("x")).status == 503);
  CHECK(failure(corrupt("x")).status == 500);
}

TEST_CASE("envelope: a parameter's error names it in quotes") {
  CHECK(invalid_parameter("step", "too small").message == "invalid parameter \"step\": too small");
}

}  // namespace
}  // namespace lapwing::dashboard::api

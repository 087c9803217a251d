#include <catch2/catch.hpp>

#include "tests/alerting/receivers/sending.h"

using namespace lapwing;
using namespace lapwing::alerting;
namespace at = lapwing::alerting::testing;

TEST_CASE("wecom: a Markdown message of the robot, cut to its bytes") {
  const auto to =
      at::receiver("wecom", "webhook_url: 'http://h/send?key=k', text: '{{ .Status }}'");
  const auto sent = at::send(*to, {at::answer(200, R"({"errcode":0,"errmsg":"ok"})")});
  CHECK(sent.json().string_at("msgtype") == "markdown");
  CHECK(sent.json().find("markdown")->string_at("content") == "firing");
  CHECK(sent.result->outcome == DeliveryOutcome::Delivered);
  std::string wide;
  for (int i = 0; i < 2000; ++i) wide += "ü…";
  const auto cut =
      at::send(*at::receiver("wecom", "webhook_url: 'http://h/', text: '" + wide + "'"));
  const std::string_view content = cut.json().find("markdown")->string_at("content");
  CHECK(content.size() > 4090);
  CHECK(content.size() <= 4096);
}

TEST_CASE("wecom: too many is a pause") {
  const auto to = at::receiver("wecom", "webhook_url: 'http://h/'");
  CHECK(at::send(*to, {at::answer(200, R"({"errcode":45009,"errmsg":"freq"})")})
            .result->retry_after == 1min);
  CHECK(at::errors("wecom", "text: x") == 1);
}

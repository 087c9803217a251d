#include <catch2/catch.hpp>

#include "tests/alerting/receivers/sending.h"

using namespace lapwing;
using namespace lapwing::alerting;
namespace at = lapwing::alerting::testing;

TEST_CASE(
    "post receiver: the key goes along, a text that fails is refused, a secret is waited for") {
  const auto to = at::receiver("webhook", "url: 'http://h/x', timeout: 3s, headers: {X-A: b}");
  const auto sent = at::send(*to);
  CHECK(sent.request().method == "POST");
  CHECK(sent.request().timeout == 3s);
  CHECK(sent.header("Content-Type") == "application/json");
  CHECK(sent.header("Idempotency-Key") == at::two_alerts().idempotency_key);
  CHECK(sent.header("X-A") == "b");
  const auto broken =
      at::receiver("webhook", "url: 'http://h/', payload: '{{ template \"none\" . }}'");
  CHECK(at::send(*broken).requests.empty());
  CHECK(at::send(*broken).result->outcome == DeliveryOutcome::Rejected);
  const auto waits = at::receiver("webhook", "url_file: /nowhere/url");
  CHECK(at::send(*waits).result->outcome == DeliveryOutcome::Retry);
}

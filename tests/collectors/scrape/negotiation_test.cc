#include "collectors/scrape/negotiation.h"

#include <catch2/catch.hpp>

using namespace lapwing;
using namespace lapwing::collectors::scrape;

TEST_CASE("negotiation: the Accept header is Prometheus 3.5's") {
  const std::vector<Protocol> usual = {
      Protocol::OpenMetricsText1_0_0, Protocol::OpenMetricsText0_0_1, Protocol::PrometheusText1_0_0,
      Protocol::PrometheusText0_0_4};
  CHECK(accept_header(usual, NameEscaping::AllowUtf8) ==
        "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
        "application/openmetrics-text;version=0.0.1;q=0.5,"
        "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,"
        "*/*;q=0.2");
  const std::vector<Protocol> one = {Protocol::PrometheusText1_0_0};
  CHECK(accept_header(one, NameEscaping::Values) ==
        "text/plain;version=1.0.0;escaping=values;q=0.6,*/*;q=0.5");
  CHECK(accept_header(one, NameEscaping::Dots).find("escaping=dots") != std::string::npos);
  CHECK(accept_header(one, NameEscaping::Underscores).find("escaping=underscores") !=
        std::string::npos);
}

TEST_CASE("negotiation: a Content-Type that is known decides, whatever the fallback") {
  for (const char* type : {"text/plain", "Text/Plain ; version=0.0.4; charset=utf-8",
                           "text/plain; version=\"0.0.4\";"}) {
    INFO(type);
    CHECK(*page_format(type, Protocol::OpenMetricsText1_0_0) == PageFormat::Text);
  }
  CHECK(*page_format("application/openmetrics-text; version=1.0.0",
                     Protocol::PrometheusText0_0_4) == PageFormat::OpenMetrics);
  CHECK_FALSE(page_format("application/vnd.google.protobuf", Protocol::PrometheusText0_0_4).ok());
}

TEST_CASE("negotiation: anything else needs a fallback") {
  for (const char* type : {"", "text/html", "text/plain; version", "text /plain",
                           "text/plain; a=\"", "text/plain; a=1; a=2", "application/json"}) {
    INFO(type);
    CHECK_FALSE(page_format(type, std::nullopt).ok());
    CHECK(*page_format(type, Protocol::PrometheusText1_0_0) == PageFormat::Text);
    CHECK(*page_format(type, Protocol::OpenMetricsText0_0_1) == PageFormat::OpenMetrics);
  }
}

#include "agent/exposition/format.h"

#include <catch2/catch.hpp>

namespace lapwing::exposition {

TEST_CASE("negotiation: Prometheus 3 gets OpenMetrics with UTF-8 names") {
  const Format format = negotiate(
      "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
      "application/openmetrics-text;version=0.0.1;q=0.5,"
      "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
      "text/plain;version=0.0.4;q=0.3,*/*;q=0.2");
  CHECK(format == Format{Syntax::OpenMetrics_1_0_0, Escaping::AllowUtf8});
}

TEST_CASE("negotiation: Prometheus 2 gets OpenMetrics with underscores") {
  const Format format = negotiate(
      "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;"
      "q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1");
  CHECK(format == Format{Syntax::OpenMetrics_1_0_0, Escaping::Underscores});
}

TEST_CASE("negotiation: the highest quality wins, the first of equals") {
  CHECK(negotiate("application/openmetrics-text;version=1.0.0;q=0.1,text/plain;q=0.2").syntax ==
        Syntax::Text_0_0_4);
  CHECK(negotiate("text/plain;version=1.0.0, application/openmetrics-text;version=1.0.0").syntax ==
        Syntax::Text_1_0_0);
  CHECK(negotiate("application/openmetrics-text; version=0.0.1; q=0.5, text/plain;q=0.4").syntax ==
        Syntax::OpenMetrics_0_0_1);
  CHECK(negotiate("application/openmetrics-text").syntax == Syntax::OpenMetrics_0_0_1);
  CHECK(negotiate("APPLICATION/OpenMetrics-Text; Version=\"1.0.0\"").syntax ==
        Syntax::OpenMetrics_1_0_0);
}

TEST_CASE("negotiation: what we do not have is passed over") {
  CHECK(negotiate("application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;"
                  "encoding=delimited;q=0.9,text/plain;version=1.0.0;q=0.2")
            .syntax == Syntax::Text_1_0_0);
  CHECK(negotiate("application/openmetrics-text;version=2.0.0,text/plain;version=0.0.4;q=0.1")
            .syntax == Syntax::Text_0_0_4);
  CHECK(negotiate("application/openmetrics-text;version=1.0.0;q=0,text/plain;q=0.1").syntax ==
        Syntax::Text_0_0_4);
}

TEST_CASE("negotiation: browsers, curl and broken headers get text 0.0.4") {
  for (const char* header :
       {"", "*/*", "text/html,application/xhtml+xml,*/*;q=0.8", "application/json",
        ",,;;q=", "application/openmetrics-text;version=1.0.0;q=abc", ";", "text/plain;=;q=nan"})
    CHECK(negotiate(header) == Format{});
}

TEST_CASE("negotiation: the escaping is the winner's") {
  CHECK(negotiate("text/plain;escaping=dots").escaping == Escaping::Dots);
  CHECK(negotiate("text/plain;escaping=values").escaping == Escaping::Values);
  CHECK(negotiate("text/plain;escaping=unheard-of").escaping == Escaping::Underscores);
  CHECK(negotiate("text/plain;escaping=dots;q=0.1,text/plain;q=0.2").escaping ==
        Escaping::Underscores);
}

TEST_CASE("content type: names syntax and escaping") {
  CHECK(content_type({}) == "text/plain; version=0.0.4; charset=utf-8; escaping=underscores");
  CHECK(content_type({Syntax::OpenMetrics_1_0_0, Escaping::AllowUtf8}) ==
        "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=allow-utf-8");
  CHECK(content_type({Syntax::OpenMetrics_0_0_1, Escaping::Dots}) ==
        "application/openmetrics-text; version=0.0.1; charset=utf-8; escaping=dots");
  CHECK(content_type({Syntax::Text_1_0_0, Escaping::Values}) ==
        "text/plain; version=1.0.0; charset=utf-8; escaping=values");
}

}  // namespace lapwing::exposition

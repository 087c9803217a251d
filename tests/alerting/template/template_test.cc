#include "alerting/template/template.h"

#include <catch2/catch.hpp>

#include "tests/alerting/template/expand.h"

using namespace lapwing;
using namespace lapwing::alerting;
using lapwing::testing::expand;

namespace {

AlertTemplateData data() {
  return {Labels{{"__name__", "m"}, {"instance", "a:1"}, {"zone", "west"}}, Labels{{"dc", "fra"}},
          1048576};
}

}  // namespace

TEST_CASE("template: a text without actions is itself") {
  CHECK(Template::parse("plain } text")->constant());
  CHECK(expand("plain } text") == "plain } text");
  CHECK(expand("") == "");
}

TEST_CASE("template: labels and value by variable and by field") {
  CHECK(expand("{{ $labels.instance }} {{ .Labels.zone }}", data()) == "a:1 west");
  CHECK(expand("{{ $value }} {{ .Value }}", data()) == "1.048576e+06 1.048576e+06");
  CHECK(expand("{{ $externalLabels.dc }}{{ .ExternalLabels.dc }}", data()) == "frafra");
  CHECK(expand("[{{ $labels.nothing }}]", data()) == "[]");
  CHECK(expand("{{ $labels }}", data()) == "map[__name__:m instance:a:1 zone:west]");
}

TEST_CASE("template: the external URL and its path") {
  TemplateEnvironment environment;
  environment.external_url = "http://host:5279/lapwing";
  CHECK(expand("{{ $externalURL }} {{ externalURL }} {{ pathPrefix }}", {}, environment) ==
        "http://host:5279/lapwing http://host:5279/lapwing /lapwing");
}

TEST_CASE("template: an error becomes the text") {
  CHECK(expand("a {{ .Nothing }}", data())
            .starts_with(
                "<error expanding template: error executing template __alert_X: template: "));
  CHECK(expand("{{ query \"up\" }}", data()).starts_with("<error expanding template:"));
}

TEST_CASE("template: what does not parse is Invalid") {
  for (const char* text : {"{{", "{{ $x }}", "{{ nosuch 1 }}", "{{ if true }}", "{{ end }}",
                           "{{ \"a }}", "{{ else }}", "{{ range }}{{ end }}", "{{ break }}"}) {
    CAPTURE(text);
    CHECK_FALSE(Template::parse(text).ok());
  }
}

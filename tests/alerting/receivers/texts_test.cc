#include "alerting/receivers/texts.h"

#include <catch2/catch.hpp>

#include "tests/alerting/receivers/sending.h"

using namespace lapwing;
using namespace lapwing::alerting;
namespace at = lapwing::alerting::testing;

TEST_CASE("texts: expanded with the notification's data; the first failure is kept") {
  const std::string external_url = "http://lapwing";
  const TemplateSet templates;
  const HttpSender http;
  const Notification notification = at::two_alerts();
  const DeliveryContext context{external_url, templates, http, at::kSendTime};
  Texts texts(notification, context);
  const auto text = [](const char* source) { return NotificationTemplate::parse(source).value(); };
  CHECK(texts(text("{{ .Status }} {{ len .Alerts }} {{ .ExternalURL }}")) ==
        "firing 2 http://lapwing");
  CHECK(texts.html(text("{{ .CommonAnnotations.summary }}")) == "Disk &lt;full&gt; ü");
  CHECK(texts.firing());
  Notification ended = at::one_ended();
  ended.alerts[0].values = {97.5, 91, std::numeric_limits<double>::quiet_NaN()};
  Texts after(ended, context);
  CHECK(after(text("{{ range (index .Alerts 0).Annotations.SortedPairs }}{{ .Name }}={{ .Value "
                   "}};{{ end }}")) ==
        "duration=1s;last_value=91;peak_value=97.5;summary=Disk <full> ü;");
  std::string json;
  JsonWriter writer(json);
  writer.begin_object();
  texts.member(writer, "a", text("{{ .Receiver }}"));
  texts.member(writer, "b", NotificationTemplate());
  writer.end_object();
  CHECK(json == R"({"a":"team"})");
  CHECK(texts.ok());
  CHECK(texts(text("{{ template \"nowhere\" . }}")).empty());
  texts(text("{{ template \"elsewhere\" . }}"));
  CHECK_FALSE(texts.ok());
  CHECK(texts.failure().error.find("nowhere") != std::string::npos);
  CHECK(Texts(notification, context, 1)(text("{{ len .Alerts }}")) == "1");
}

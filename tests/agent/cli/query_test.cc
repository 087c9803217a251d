#include "agent/cli/query.h"

#include <catch2/catch.hpp>

#include "agent/http/form.h"

namespace lapwing::cli {
namespace {

constexpr Timestamp kNow = from_millis(1'700'000'000'000);

struct Answer {
  int code = 0;
  std::string out;
  std::string err;
  std::vector<http::ClientRequest> requests;

  /// A parameter of the form that was sent.
  std::string sent(std::string_view name) const {
    for (const auto& [key, value] : http::parse_form(requests.at(0).body))
      if (key == name) return value;
    return "(none)";
  }
};

Answer run(std::vector<std::string> words, Result<http::ClientResponse> response,
           Terminal terminal = {}) {
  Answer answer;
  QueryWorld world;
  world.exchange = [&](http::ClientRequest request) {
    answer.requests.push_back(std::move(request));
    return response;
  };
  world.now = kNow;
  world.terminal = terminal;
  answer.code = run_query(words, world);
  answer.out = std::move(world.out);
  answer.err = std::move(world.err);
  return answer;
}

http::ClientResponse body(std::string text, int status = 200) {
  return {.status = status, .body = std::move(text)};
}

const std::string kVector =
    R"({"status":"success","data":{"resultType":"vector","result":[)"
    R"({"metric":{"__name__":"up","job":"node"},"value":[1700000000,"1"]},)"
    R"({"metric":{"__name__":"up","instance":"b","job":"x"},"value":[1700000000.5,"0.25"]}]},)"
    R"("warnings":["careful"],"infos":["by the way"]})";

TEST_CASE("query: an instant vector is a table with a column a label") {
  const Answer answer = run({"up"}, body(kVector));
  CHECK(answer.code == 0);
  CHECK(answer.out ==
        "METRIC  instance  job   VALUE\n"
        "up                node      1\n"
        "up      b         x      0.25\n");
  CHECK(answer.err == "warning: careful\ninfo: by the way\n");
  REQUIRE(answer.requests.size() == 1);
  CHECK(answer.requests[0].url == "http://127.0.0.1:5279/api/v1/query");
  CHECK(answer.requests[0].method == "POST");
  CHECK(answer.sent("query") == "up");
  CHECK(answer.sent("time") == "1700000000");
}

TEST_CASE("query: csv and json are exact") {
  CHECK(run({"up", "--format", "csv"}, body(kVector)).out ==
        "__name__,instance,job,time,value\n"
        "up,,node,2023-11-14T22:13:20Z,1\n"
        "up,b,x,2023-11-14T22:13:20.500Z,0.25\n");
  CHECK(run({"up", "--format=json"}, body(kVector)).out == kVector + "\n");
}

TEST_CASE("query: scalars and strings are their value") {
  CHECK(run({"1"}, body(R"({"status":"success","data":{"resultType":"scalar",)"
                        R"("result":[5,"0.5"]}})"))
            .out == "0.5\n");
  CHECK(run({"'x'"}, body(R"({"status":"success","data":{"resultType":"string",)"
                          R"("result":[5,"x\u001by"]}})"))
            .out == "x?y\n");
}

TEST_CASE("query: a range selector's samples are rows with times") {
  const Answer answer = run({"up[1m]"}, body(R"({"status":"success","data":{"resultType":"matrix",)"
                                             R"("result":[{"metric":{"job":"a"},"values":)"
                                             R"([[1,"2"],[2.5,"3"]]}]}})"));
  CHECK(answer.out ==
        "job  TIME                      VALUE\n"
        "a    1970-01-01T00:00:01Z          2\n"
        "a    1970-01-01T00:00:02.500Z      3\n");
}

TEST_CASE("query: a chart of bytes is labelled in their unit") {
  const Answer answer = run(
      {"x_bytes", "--start", "1700000000", "--end", "1700000001", "--step", "1s"},
      body(
          R"({"status":"success","data":{"resultType":"matrix","result":[{"metric":)"
          R"({"__name__":"x_bytes"},"values":[[1700000000,"512"],[1700000001,"25276502016"]]}]}})"));
  CHECK(answer.out.find("min 512  max 23.54 GiB  last 23.54 GiB\n") != std::string::npos);
}

TEST_CASE("query: a range is a small chart a series, gaps left blank") {
  const Answer answer =
      run({"x", "--start", "1700000000", "--end", "1700000004", "--step", "1s"},
          body(R"({"status":"success","data":{"resultType":"matrix","result":[{"metric":)"
               R"({"__name__":"x","a":"b"},"values":[[1700000000,"0"],[1700000001,"3.5"],)"
               R"([1700000004,"7"]]}]}})"));
  CHECK(answer.code == 0);
  CHECK(answer.out ==
        "2023-11-14T22:13:20Z to 2023-11-14T22:13:24Z, step 1s\n"
        "x{a=\"b\"}\n"
        "  _=  #\n"
        "  min 0  max 7  last 7\n");
  CHECK(answer.requests.at(0).url == "http://127.0.0.1:5279/api/v1/query_range");
  CHECK(answer.sent("start") == "1700000000");
  CHECK(answer.sent("end") == "1700000004");
  CHECK(answer.sent("step") == "1");
}

TEST_CASE("query: a range's end and step have good defaults") {
  const std::string empty = R"({"status":"success","data":{"resultType":"matrix","result":[]}})";
  const Answer hour = run({"x", "--start", "-1h"}, body(empty));
  CHECK(hour.sent("start") == "1699996400");
  CHECK(hour.sent("end") == "1700000000");
  CHECK(hour.sent("step") == "15");
  CHECK(hour.err == "no series\n");
  CHECK(hour.out.empty());
  CHECK(hour.code == 0);
  CHECK(run({"x", "--start", "-1d"}, body(empty)).sent("step") == "360");
  CHECK(run({"x", "--start", "-10s"}, body(empty)).sent("step") == "1");
}

TEST_CASE("query: --url takes any server, scheme and slash are mended") {
  CHECK(run({"1", "--url", "host:9090/"}, body("x")).requests.at(0).url ==
        "http://host:9090/api/v1/query");
  CHECK(run({"1", "--url=https://h/prom"}, body("x")).requests.at(0).url ==
        "https://h/prom/api/v1/query");
}

TEST_CASE("query: nobody answering is told with what to look at") {
  const Answer answer = run({"up"}, unavailable("connection refused"));
  CHECK(answer.code == 1);
  CHECK(answer.out.empty());
  CHECK(answer.err ==
        "lapwing query: nothing answers at http://127.0.0.1:5279; is lapwing running? "
        "(connection refused)\n");
}

TEST_CASE("query: the server's error is shown, and what is no Prometheus API is named") {
  const Answer refused =
      run({"up("}, body(R"({"status":"error","errorType":"bad_data","error":"1:4: bad"})", 400));
  CHECK(refused.code == 1);
  CHECK(refused.err == "lapwing query: 1:4: bad\n  up(\n     ^\n");
  for (const char* text : {"<html>", "", "{}", "[1]", R"({"status":5})"}) {
    INFO(text);
    const Answer other = run({"up"}, body(text, 404));
    CHECK(other.code == 1);
    CHECK(other.err.find("answered HTTP 404") != std::string::npos);
  }
}

TEST_CASE("query: answers of an odd shape print nothing wrong") {
  for (const char* data :
       {"{}", "[]", "5", R"({"resultType":"vector"})", R"({"resultType":"scalar","result":[]})",
        R"({"resultType":"vector","result":[5,{}]})",
        R"({"resultType":"vector","result":[{"metric":[],"value":[1]}]})"}) {
    INFO(data);
    const Answer answer =
        run({"up"}, body(R"({"status":"success","data":)" + std::string(data) + "}"));
    CHECK(answer.code == 0);
  }
}

TEST_CASE("query: times that are no dates stay numbers") {
  const Answer answer =
      run({"up", "--format=csv"}, body(R"({"status":"success","data":{"resultType":"vector",)"
                                       R"("result":[{"metric":{},"value":[-1e300,"1"]}]}})"));
  CHECK(answer.out == "time,value\n-1e+300,1\n");
  CHECK(run({"up", "--time", "-200000y"}, unavailable("")).code == 2);
}

TEST_CASE("query: a wrong command line says what is wrong, and asks nobody") {
  const auto refused = [](std::vector<std::string> words, std::string_view why) {
    const Answer answer = run(std::move(words), unavailable(""));
    CHECK(answer.code == 2);
    CHECK(answer.requests.empty());
    INFO(answer.err);
    CHECK(answer.err.find(why) != std::string::npos);
  };
  refused({}, "needs EXPR");
  refused({"a", "b"}, "one argument too many");
  refused({"a", "--formt", "csv"}, "did you mean --format?");
  refused({"a", "--format", "xml"}, "use table, json or csv");
  refused({"a", "--time", "noon"}, "--time noon is no time");
  refused({"a", "--end", "now"}, "need --start");
  refused({"a", "--step", "1s"}, "need --start");
  refused({"a", "--start", "-1h", "--time", "now"}, "exclude each other");
  refused({"a", "--start", "now", "--end", "-1h"}, "--end is before --start");
  refused({"a", "--start", "-1h", "--step", "0s"}, "is no duration");
}

TEST_CASE("query: --help explains and asks nobody") {
  const Answer answer = run({"--help"}, unavailable(""));
  CHECK(answer.code == 0);
  CHECK(answer.requests.empty());
  CHECK(answer.out.find("Usage: lapwing query EXPR") == 0);
  CHECK(answer.out.find("--start TIME") != std::string::npos);
  CHECK(answer.err.empty());
}

}  // namespace
}  // namespace lapwing::cli

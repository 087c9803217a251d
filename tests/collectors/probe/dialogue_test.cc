#include "collectors/probe/dialogue.h"

#include <catch2/catch.hpp>

using namespace lapwing;
using namespace lapwing::collectors::probe;
using Want = Dialogue::Want;

namespace {

QueryStep step(const std::string& yaml) {
  const auto tree =
      config::parse_yaml("t", "modules: {m: {prober: tcp, tcp: {query_response: [" + yaml + "]}}}");
  REQUIRE(tree.ok());
  config::Diagnostics diagnostics;
  config::Mapping root(*tree, "", diagnostics);
  const Modules modules = read_modules(root);
  REQUIRE(diagnostics.ok());
  return modules.at("m")->tcp.query_response.at(0);
}

}  // namespace

TEST_CASE("dialogue: without steps it is done") {
  const std::vector<QueryStep> steps;
  CHECK(Dialogue(steps).next() == Want::Done);
}

TEST_CASE("dialogue: lines are read until one matches anywhere, and its groups are sent back") {
  const std::vector<QueryStep> steps{step(R"({expect: 'id=(\d+)', send: 'ID $1 ${1}'})"),
                                     step("{expect: '^OK$'}")};
  Dialogue dialogue(steps);
  CHECK(dialogue.next() == Want::Text);
  dialogue.receive("hello\r\nxx id=4");
  CHECK(dialogue.next() == Want::Text);
  dialogue.receive("2 yy\nOK\r\n");
  CHECK(dialogue.next() == Want::Send);
  CHECK(dialogue.to_send() == "ID 42 42\n");
  CHECK(dialogue.next() == Want::Done);
  CHECK_FALSE(dialogue.failed_due_to_regex());
}

TEST_CASE("dialogue: an end without a match fails because of the regex") {
  const std::vector<QueryStep> steps{step("{expect: yes}")};
  Dialogue dialogue(steps);
  dialogue.receive("no\npartly");
  CHECK(dialogue.next() == Want::Text);
  dialogue.end();
  CHECK(dialogue.next() == Want::Failed);
  CHECK(dialogue.failed_due_to_regex());
  CHECK(dialogue.reason() == "Regexp did not match: regexp=yes line=partly");
}

TEST_CASE("dialogue: a line without end is bounded") {
  const std::vector<QueryStep> steps{step("{expect: yes}")};
  Dialogue dialogue(steps);
  dialogue.receive(std::string(Dialogue::kLineLimitBytes + 1, 'x'));
  CHECK(dialogue.next() == Want::Failed);
  CHECK_FALSE(dialogue.failed_due_to_regex());
}

TEST_CASE("dialogue: bytes are compared as they are") {
  const std::vector<QueryStep> steps{step("{send: PING, expect_bytes: abc}")};
  for (const bool right : {true, false}) {
    Dialogue dialogue(steps);
    CHECK(dialogue.next() == Want::Text);
    dialogue.receive("ab");
    CHECK(dialogue.next() == Want::Text);
    dialogue.receive(right ? "cd" : "xd");
    CHECK(dialogue.next() == (right ? Want::Send : Want::Failed));
    CHECK(dialogue.failed_due_to_bytes() == !right);
  }
  Dialogue cut(steps);
  cut.end();
  CHECK(cut.next() == Want::Failed);
  CHECK_FALSE(cut.failed_due_to_bytes());
}

TEST_CASE("dialogue: what came before STARTTLS is not taken for what TLS brings") {
  const std::vector<QueryStep> steps{step("{expect: '^220', send: STARTTLS}"),
                                     step("{expect: '^220'}"), step("{starttls: true}"),
                                     step("{expect: ready}")};
  Dialogue dialogue(steps);
  dialogue.receive("220 hi\n");
  CHECK(dialogue.next() == Want::Send);
  dialogue.receive("220 go\nready\n");
  CHECK(dialogue.next() == Want::StartTls);
  CHECK(dialogue.next() == Want::Text);
  dialogue.receive("ready\n");
  CHECK(dialogue.next() == Want::Done);
}

TEST_CASE("dialogue: a match gives the labels that it is asked for") {
  const std::vector<QueryStep> steps{
      step(R"({expect: 'v([0-9]+)\.([0-9]+)', labels: [{name: major, value: '$1'},
              {name: minor, value: 'm$2'}]})")};
  Dialogue dialogue(steps);
  dialogue.receive("Server v12.7 ready\n");
  CHECK(dialogue.next() == Want::Done);
  using Labels = std::vector<std::pair<std::string, std::string>>;
  CHECK(dialogue.expect_labels() == Labels{{"major", "12"}, {"minor", "m7"}});
}

#include "collectors/probe/module.h"

#include <catch2/catch.hpp>

using namespace lapwing;
using namespace lapwing::collectors::probe;

namespace {

struct Read {
  Modules modules;
  std::string errors;
  std::size_t warnings = 0;
};

Read read(const std::string& yaml) {
  const auto tree = config::parse_yaml("t.yml", yaml);
  REQUIRE(tree.ok());
  config::Diagnostics diagnostics;
  config::Mapping root(*tree, "", diagnostics);
  Read read{read_modules(root), {}, 0};
  root.finish();
  if (const auto result = diagnostics.result(); !result) read.errors = result.error().message;
  read.warnings = diagnostics.warnings().size();
  return read;
}

}  // namespace

TEST_CASE("probe module: the usual ones are there without configuration") {
  const Modules modules = default_modules();
  CHECK(modules.at("http_2xx")->kind == Kind::Http);
  CHECK(modules.at("http_2xx")->http.address.preferred == IpProtocol::Ip6);
  CHECK(modules.at("http_post_2xx")->http.method == "POST");
  CHECK(modules.at("tcp_connect")->kind == Kind::Tcp);
  CHECK(modules.at("pop3s_banner")->tcp.query_response.at(0).expect->matches("+OK ready"));
  CHECK(modules.at("icmp_ttl5")->icmp.ttl == 5);
}

TEST_CASE("probe module: blackbox_exporter's own example of every key is taken") {
  const Read all = read(R"(
modules:
  web:
    prober: http
    timeout: 5s
    http:
      valid_http_versions: ["HTTP/1.1", "HTTP/2.0"]
      valid_status_codes: [200, 302]
      method: GET
      headers: {Host: vhost.example.com, Accept-Language: en-US}
      no_follow_redirects: true
      fail_if_ssl: false
      fail_if_not_ssl: true
      fail_if_body_matches_regexp: ["Could not connect to database"]
      fail_if_body_not_matches_regexp: ["Download the latest version here"]
      fail_if_header_matches: [{header: Set-Cookie, allow_missing: true, regexp: '.*'}]
      fail_if_header_not_matches: [{header: Access-Control-Allow-Origin, regexp: '(\*|example\.com)'}]
      tls_config: {insecure_skip_verify: true}
      preferred_ip_protocol: "ip4"
      ip_protocol_fallback: false
      compression: gzip
      body_size_limit: 1MB
      basic_auth: {username: u, password: p}
  smtp:
    prober: tcp
    tcp:
      source_ip_address: 127.0.0.1
      query_response: [{expect: "^220 ([^ ]+) ESMTP (.+)$"}, {send: "EHLO prober\r"}, {starttls: true}]
      tls_config: {server_name: mail}
  soa:
    prober: dns
    dns:
      query_name: example.org
      query_type: SOA
      query_class: CH
      transport_protocol: tcp
      dns_over_tls: true
      recursion_desired: false
      valid_rcodes: [NOERROR, NXDOMAIN]
      validate_answer_rrs: {fail_if_matches_regexp: [x], fail_if_none_matches_regexp: [y]}
  ping: {prober: icmp, icmp: {dont_fragment: true, payload_size: 64, ttl: 3}}
)");
  CHECK(all.errors == "");
  const HttpModule& web = all.modules.at("web")->http;
  CHECK(all.modules.at("web")->timeout == 5s);
  CHECK(web.valid_status_codes == std::vector{200, 302});
  CHECK_FALSE(web.access.follow_redirects);
  CHECK_FALSE(web.access.tls.verify);
  CHECK_FALSE(web.address.fallback);
  CHECK(web.fail_if_body_matches.at(0).finds("x Could not connect to database y"));
  CHECK(web.fail_if_header_matches.at(0).allow_missing);
  CHECK(web.compression == Compression::Gzip);
  CHECK(web.body_size_limit_bytes == 1u << 20);
  CHECK(all.modules.at("smtp")->tcp.query_response.at(2).starttls);
  const DnsModule& soa = all.modules.at("soa")->dns;
  CHECK(soa.query_type == 6);
  CHECK(soa.query_class == 3);
  CHECK(soa.valid_rcodes == std::vector{0, 3});
  CHECK_FALSE(soa.recursion_desired);
  CHECK(all.modules.at("ping")->icmp.dont_fragment);
  CHECK(all.modules.at("ping")->icmp.payload_size_bytes == 64);
}

TEST_CASE("probe module: what is shown for debug=true hides secrets") {
  const Read all =
      read("modules: {m: {prober: http, http: {basic_auth: {username: u, password: hush}}}}");
  CHECK(all.errors == "");
  CHECK(all.modules.at("m")->yaml.find("hush") == std::string::npos);
}

TEST_CASE("probe module: a prober that is not served warns and stays known") {
  const Read all = read("modules: {g: {prober: grpc, grpc: {service: x}}}");
  CHECK(all.errors == "");
  CHECK(all.warnings == 1);
  CHECK(all.modules.at("g")->kind == Kind::NotServed);
}

TEST_CASE("probe module: mistakes are named with their place") {
  const auto error = [](const std::string& module) {
    return read("modules:\n  m: " + module).errors;
  };
  CHECK(error("{}").find("t.yml:2:") != std::string::npos);
  CHECK(error("{prober: http, http: {fail_if_body_matches_regexp: ['(']}}")
            .find("Could not compile regular expression") != std::string::npos);
  CHECK(error("{prober: dns}").find("query_name must be set") != std::string::npos);
  CHECK(error("{prober: dns, dns: {query_name: 'a..b'}}").find("no name of DNS") !=
        std::string::npos);
  CHECK(error("{prober: dns, dns: {query_name: a, query_type: NOPE}}").find("is not known") !=
        std::string::npos);
  CHECK(error("{prober: http, http: {valid_status: [1]}}").find("valid_status") !=
        std::string::npos);
  CHECK(error("{prober: http, http: {body: x, body_file: y}}").find("both are not allowed") !=
        std::string::npos);
}

TEST_CASE("probe module: '.' matches no line break, as in Go") {
  const Read all =
      read("modules: {m: {prober: http, http: {fail_if_body_matches_regexp: ['a.b']}}}");
  const Regex& regex = all.modules.at("m")->http.fail_if_body_matches.at(0);
  CHECK(regex.finds("xaxbx"));
  CHECK_FALSE(regex.finds("a\nb"));
}

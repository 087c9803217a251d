#include "collectors/scrape/job.h"

#include <catch2/catch.hpp>

#include "tests/support/temporary_directory.h"

using namespace lapwing;
using namespace lapwing::collectors::scrape;

namespace {

struct Read {
  std::vector<Job> jobs;
  config::Diagnostics diagnostics;
  std::string errors() const {
    const auto result = diagnostics.result();
    return result ? "" : result.error().message;
  }
};

Read read(const std::string& yaml, const std::string& file = "test.yml") {
  Read found;
  const auto value = config::parse_yaml(file, yaml);
  REQUIRE(value.ok());
  config::Mapping root(*value, "", found.diagnostics);
  GlobalOptions global;
  root.section("global", [&](config::Mapping& section) { global = read_global_options(section); });
  found.jobs = read_jobs(root, global);
  root.finish();
  return found;
}

Job job(const std::string& yaml) {
  Read found = read("scrape_configs: [{job_name: a, " + yaml + "}]");
  INFO(yaml);
  REQUIRE(found.errors() == "");
  return found.jobs.at(0);
}

std::string error(const std::string& job) {
  return read("scrape_configs: [{job_name: a, " + job + "}]").errors();
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("scrape jobs: defaults come from global, the timeout is cut to the interval") {
  CHECK(job("scrape_interval: 5s").timeout == 5s);
  CHECK(job("scrape_interval: 30s").timeout == 10s);
  CHECK(job("scrape_interval: 0s").interval == 1min);
  const Read found = read(R"(
global:
  scrape_interval: 20s
  scrape_timeout: 3s
  sample_limit: 7
  target_limit: 8
  body_size_limit: 1KB
  keep_dropped_targets: 5
  scrape_protocols: [PrometheusText0.0.4]
  metric_name_validation_scheme: legacy
scrape_configs:
  - job_name: a
  - {job_name: b, sample_limit: 9, scrape_protocols: [OpenMetricsText1.0.0], metric_name_validation_scheme: utf8})");
  REQUIRE(found.errors() == "");
  const Job& a = found.jobs.at(0);
  CHECK(a.interval == 20s);
  CHECK(a.timeout == 3s);
  CHECK(a.limits.samples == 7);
  CHECK(a.limits.targets == 8);
  CHECK(a.limits.body_size_bytes == 1024);
  CHECK(a.keep_dropped_targets == 5);
  CHECK(a.protocols == std::vector<Protocol>{Protocol::PrometheusText0_0_4});
  CHECK(a.name_validation == NameValidation::Legacy);
  CHECK(a.name_escaping == NameEscaping::Underscores);
  const Job& b = found.jobs.at(1);
  CHECK(b.limits.samples == 9);
  CHECK(b.protocols == std::vector<Protocol>{Protocol::OpenMetricsText1_0_0});
  CHECK(b.name_escaping == NameEscaping::AllowUtf8);
}

TEST_CASE("scrape jobs: without a word every protocol that we serve is asked for") {
  const Job plain = job("scheme: https");
  CHECK(plain.protocols.size() == 4);
  CHECK(plain.protocols.front() == Protocol::OpenMetricsText1_0_0);
  CHECK_FALSE(plain.fallback_protocol);
  CHECK(job("fallback_scrape_protocol: OpenMetricsText0.0.1").fallback_protocol ==
        Protocol::OpenMetricsText0_0_1);
  CHECK(job("metric_name_escaping_scheme: dots").name_escaping == NameEscaping::Dots);
  CHECK(name(Protocol::PrometheusText1_0_0) == "PrometheusText1.0.0");
}

TEST_CASE("scrape jobs: what upstream knows and we do not serve warns, unknown keys fail") {
  const Read known = read(
      "scrape_configs: [{job_name: a, native_histogram_bucket_limit: 3, kubernetes_sd_configs: [], "
      "scrape_protocols: [PrometheusProto, PrometheusText0.0.4]}]");
  CHECK(known.errors() == "");
  CHECK(known.diagnostics.warnings().size() == 3);
  CHECK(known.jobs.at(0).protocols.size() == 1);
  CHECK(has(error("wat: 1"), "unknown key \"wat\""));
}

TEST_CASE("scrape jobs: the further report is asked for in global or by a job") {
  CHECK_FALSE(job("scrape_interval: 5s").extra_scrape_metrics);
  CHECK(job("extra_scrape_metrics: true").extra_scrape_metrics);
  const Read found = read(
      "global: {extra_scrape_metrics: true}\n"
      "scrape_configs: [{job_name: a}, {job_name: b, extra_scrape_metrics: false}]");
  REQUIRE(found.errors() == "");
  CHECK(found.jobs.at(0).extra_scrape_metrics);
  CHECK_FALSE(found.jobs.at(1).extra_scrape_metrics);
}

TEST_CASE("scrape jobs: errors are in Prometheus's words") {
  CHECK(has(read("scrape_configs: [{}]").errors(), "job_name: is required"));
  CHECK(has(error("scrape_interval: 5s, scrape_timeout: 6s"),
            "scrape timeout greater than scrape interval for scrape config with job name \"a\""));
  CHECK(has(error("scheme: ftp"), "scheme"));
  CHECK(has(error("scrape_protocols: [x]"), "unknown scrape protocol x, supported: ["));
  CHECK(has(error("scrape_protocols: [PrometheusText0.0.4, PrometheusText0.0.4]"),
            "duplicated protocol in scrape_protocols: PrometheusText0.0.4"));
  CHECK(has(error("fallback_scrape_protocol: x"), "invalid fallback_scrape_protocol: unknown"));
  CHECK(has(error("fallback_scrape_protocol: PrometheusProto"), "not served yet"));
  CHECK(has(error("metric_name_validation_scheme: x"), "must be either '', 'legacy' or 'utf8'"));
  CHECK(
      has(error("metric_name_validation_scheme: legacy, metric_name_escaping_scheme: allow-utf-8"),
          "utf8 metric names requested but validation scheme is not set to UTF8"));
  CHECK(
      has(error("relabel_configs: [{action: x}]"), "scrape_configs[0].relabel_configs[0].action"));
  CHECK(has(read("scrape_configs: [{job_name: a}, {job_name: a}]").errors(),
            "found multiple scrape configs with job name \"a\""));
  CHECK(has(read("global: {scrape_interval: 1s, scrape_timeout: 2s}").errors(),
            "global scrape timeout greater than scrape interval"));
}

TEST_CASE("scrape jobs: equal text makes equal jobs, another regular expression another") {
  const char* text = "relabel_configs: [{source_labels: [x], regex: r, action: drop}]";
  CHECK(job(text) == job(text));
  CHECK_FALSE(job(text) == job("relabel_configs: [{source_labels: [x], regex: s, action: drop}]"));
  CHECK_FALSE(job("basic_auth: {username: a, password: b}") ==
              job("basic_auth: {username: a, password: c}"));
}

TEST_CASE("scrape jobs: further files hold jobs of their own, paths in them are their own") {
  const testing::TemporaryDirectory folder;
  std::filesystem::create_directories(folder / "jobs");
  folder.write("jobs/b.yml",
               "scrape_configs: [{job_name: b, basic_auth: {username: u, password_file: pw}}]");
  folder.write("jobs/c.yml", "scrape_configs: [{job_name: c}]");
  const Read found = read(
      "scrape_config_files: ['jobs/*.yml', 'none/*.yml']\n"
      "scrape_configs: [{job_name: a}]",
      folder / "main.yml");
  REQUIRE(found.errors() == "");
  REQUIRE(found.jobs.size() == 3);
  CHECK(found.jobs[1].http.password.file == folder / "jobs/pw");
  folder.write("jobs/d.yml", "scrape_configs: [{job_name: a}]\nwat: 1\n");
  const std::string wrong =
      read("scrape_config_files: ['jobs/d.yml']\nscrape_configs: [{job_name: a}]",
           folder / "main.yml")
          .errors();
  CHECK(has(wrong, "d.yml:1:"));
  CHECK(has(wrong, "unknown key \"wat\""));
}
